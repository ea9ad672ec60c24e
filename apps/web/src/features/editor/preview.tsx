import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Badge, Group, List, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { JobLink } from '../../components/links.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call } from '../../lib/api.js';
import { localTime, utcTime } from '../../lib/times.js';
import { HostChanges } from './host-changes.js';
import type { PreviewData } from './preview-data.js';
import { RolloutPreview } from './rollout-preview.js';

const fires = 20;

/** What the server would make of a document; nothing is stored. @param raw null where there is none to ask about */
export function usePreview(raw: unknown) {
  return useQuery({
    queryKey: ['preview', JSON.stringify(raw)],
    queryFn: ({ signal }) => call(jobRoutes.preview, { body: { document: raw, count: fires } }, signal),
    enabled: raw !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Beside it, and no paler: it is still there to be read. */
const staleMark = {
  borderInlineStart: '3px solid var(--mantine-color-yellow-6)',
  paddingInlineStart: 'var(--mantine-spacing-sm)',
};

interface PreviewProps {
  /** The last answer there was; stays while the next one is on its way, or cannot be had. */
  readonly data: PreviewData | undefined;
  readonly isStale: boolean;
}

/** Hosts, triggers, accounts, next starts and neighbours of what is in the editor. */
export function Preview({ data, isStale }: PreviewProps) {
  const { t } = useWords();
  return (
    <Section title={t('editor.preview')}>
      <Text size="xs" c="dimmed" role="status" mb={data ? 'xs' : 0}>
        {t(isStale ? 'editor.stale' : 'editor.fresh')}
      </Text>
      {data && (
        <Stack gap="md" style={isStale ? staleMark : {}} aria-busy={isStale}>
          <HostChanges data={data} />
          <RolloutPreview data={data} />
          <Zones data={data} />
          <Accounts data={data} />
          <Overlaps data={data} />
        </Stack>
      )}
    </Section>
  );
}

/** Triggers and next starts, for each time zone of the hosts. */
function Zones({ data }: { data: PreviewData }) {
  const { t } = useWords();
  const { saidText } = useServerText();
  const [chosen, setChosen] = useState<string | null>(null);
  const zones =
    data.zones && data.zones.length > 0
      ? data.zones
      : [{ ...data.task, hosts: data.hosts.length, nextFires: data.nextFires }];
  const zone = zones.find(({ hostTimezone }) => hostTimezone === chosen) ?? zones[0];
  if (!zone) return null;
  return (
    <Stack gap="xs">
      {zones.length > 1 ? (
        <NativeSelect
          label={t('editor.zone')}
          data={zones.map(({ hostTimezone, hosts, exactness }) => ({
            value: hostTimezone,
            label: t('editor.zoneOf', { zone: hostTimezone, count: hosts, how: t(`editor.${exactness}`) }),
          }))}
          value={zone.hostTimezone}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      ) : (
        <Text size="sm">
          {t('editor.zone')}: {zone.hostTimezone}
        </Text>
      )}
      <Group gap="xs" wrap="nowrap" align="start">
        <Badge
          variant="light"
          color={zone.exactness === 'exact' ? 'teal' : 'yellow'}
          tt="none"
          style={{ flex: 'none' }}
        >
          {t(`editor.${zone.exactness}`)}
        </Badge>
        <Text size="sm">{t(zone.exactness === 'exact' ? 'jobs.taskExact' : 'jobs.taskGated')}</Text>
      </Group>
      {zone.reasons.length > 0 && (
        <List size="sm" aria-label={t('editor.reasons')}>
          {zone.reasons.map((reason) => (
            <List.Item key={reason}>{saidText(reason)}</List.Item>
          ))}
        </List>
      )}
      {zone.nextFires.length === 0 ? <Text size="sm">{t('jobs.noFires')}</Text> : <Fires items={zone.nextFires} />}
    </Stack>
  );
}

function Fires({ items }: { items: PreviewData['nextFires'] }) {
  const { t } = useWords();
  return (
    <Table.ScrollContainer minWidth={300} mah={300} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('jobs.nextFires')} verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('jobs.local')}</Table.Th>
            <Table.Th>{t('jobs.utc')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ at, local, mark }) => (
            <Table.Tr key={at}>
              <Table.Td>
                {local.replace('T', ' ')}{' '}
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

function Accounts({ data: { accounts = [] } }: { data: PreviewData }) {
  const { t } = useWords();
  if (accounts.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('editor.accounts')}
      </Text>
      <List size="sm">
        {accounts.map(({ account, rights, hosts }) => (
          <List.Item key={`${rights} ${account}`} style={{ overflowWrap: 'anywhere' }}>
            {t(rights === 'highest' ? 'editor.accountHighest' : 'editor.account', { account, n: hosts })}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

function Overlaps({ data: { overlaps } }: { data: PreviewData }) {
  const { t } = useWords();
  if (overlaps === undefined) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('editor.overlaps')}
      </Text>
      {overlaps.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('editor.noOverlaps')}
        </Text>
      ) : (
        <List size="sm">
          {overlaps.map(({ job, hosts, at }) => (
            <List.Item key={job}>
              <JobLink name={job} /> {t('editor.overlapAt', { count: hosts, at: localTime(at) })}
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
