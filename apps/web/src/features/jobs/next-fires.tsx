import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { ExportRows } from '../../components/export-button.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { utcTime } from '../../lib/times.js';

type Fire = Response<typeof jobRoutes.nextFires>['items'][number];

const shown = 20;

/** When a job starts next, on its host's clock and in UTC, with what clock changes do to it. */
export function NextFires({ job, version }: { job: string; version: number }) {
  const { t } = useWords();
  const fires = useQuery({
    ...query(jobRoutes.nextFires, { name: job, count: shown }, 30_000),
    queryKey: ['next-fires', job, version],
  });
  return (
    <Section title={t('jobs.nextFires')}>
      <Loaded query={fires}>
        {({ items }) => (items.length === 0 ? <Empty text={t('jobs.noFires')} /> : <Fires fires={items} />)}
      </Loaded>
    </Section>
  );
}

function Fires({ fires }: { fires: readonly Fire[] }) {
  const { t } = useWords();
  const zones = [...new Set(fires.map(({ timezone }) => timezone))];
  // Nearly always one: said once, it leaves room for the times.
  const isOneZone = zones.length === 1;
  return (
    <>
      <Table.ScrollContainer minWidth={400}>
        <Table aria-label={t('jobs.nextFires')} verticalSpacing={3} horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                {t('jobs.local')}
                {isOneZone && <Zone name={zones[0] ?? ''} />}
              </Table.Th>
              <Table.Th>{t('jobs.utc')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {fires.map(({ at, local, timezone, mark }) => (
              <Table.Tr key={at}>
                <Table.Td>
                  {local.replace('T', ' ')}
                  {!isOneZone && <Zone name={timezone} />}
                </Table.Td>
                <Table.Td>{utcTime(at).replace(' UTC', '')}</Table.Td>
                <Table.Td className="wrap">
                  {mark && (
                    <Badge
                      color="yellow"
                      variant="light"
                      tt="none"
                      h="auto"
                      styles={{ label: { whiteSpace: 'normal' } }}
                    >
                      {t(`jobs.mark.${mark}`)}
                    </Badge>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name="next-starts" rows={fires} />
    </>
  );
}

function Zone({ name }: { name: string }) {
  return (
    <Text size="xs" c="dimmed">
      {name}
    </Text>
  );
}
