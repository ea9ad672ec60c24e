import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Badge, Stack, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { utcTime } from '../../lib/times.js';

const fires = 20;
const shownHosts = 20;

/** What the server would make of a document; nothing is stored. @param raw null where there is none to ask about */
export function usePreview(raw: unknown) {
  return useQuery({
    queryKey: ['preview', JSON.stringify(raw)],
    queryFn: ({ signal }) => call(jobRoutes.preview, { body: { document: raw, count: fires } }, signal),
    enabled: raw !== null,
    placeholderData: keepPreviousData,
  });
}

/** Hosts, triggers and next starts of what is in the editor. */
export function Preview({ preview }: { preview: ReturnType<typeof usePreview> }) {
  const { t } = useWords();
  const { data, error } = preview;
  return (
    <Section title={t('editor.preview')}>
      {error && <Failure error={error} />}
      {data && !error && (
        <Stack gap="sm">
          <Text size="sm">{t('editor.hosts', { n: data.hosts.length })}</Text>
          <Text size="sm" c="dimmed" className="mono">
            {data.hosts.slice(0, shownHosts).join(', ')}
            {data.hosts.length > shownHosts && ' …'}
          </Text>
          <Text size="sm">{t(data.task.exactness === 'exact' ? 'jobs.taskExact' : 'jobs.taskGated')}</Text>
          {data.nextFires.length === 0 ? <Text size="sm">{t('jobs.noFires')}</Text> : <Fires items={data.nextFires} />}
        </Stack>
      )}
    </Section>
  );
}

type Fire = NonNullable<ReturnType<typeof usePreview>['data']>['nextFires'][number];

function Fires({ items }: { items: readonly Fire[] }) {
  const { t } = useWords();
  return (
    <Table.ScrollContainer minWidth={320} mah={420}>
      <Table aria-label={t('jobs.nextFires')} verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('jobs.local')}</Table.Th>
            <Table.Th>{t('jobs.utc')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ at, local, timezone, mark }) => (
            <Table.Tr key={at}>
              <Table.Td>
                {local.replace('T', ' ')} {timezone}{' '}
                {mark && (
                  <Badge color="yellow" variant="light" tt="none">
                    {t(`jobs.mark.${mark}`)}
                  </Badge>
                )}
              </Table.Td>
              <Table.Td>{utcTime(at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
