import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Empty } from '../../components/empty.js';
import { Labels } from '../../components/labels.js';
import { HostLink } from '../../components/links.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { HostBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { isFiltered } from '../../lib/search.js';
import { useMay } from '../../lib/use-may.js';
import { useTitle } from '../../lib/use-title.js';
import { AddHost } from './add-host.js';
import { ConcernBadges } from './concerns.js';
import { HostFilters } from './host-filters.js';
import { ExportHosts } from './hosts-csv.js';
import { JoinTokens } from './join-tokens.js';
import { WaitingHosts } from './waiting-hosts.js';

type Host = Response<typeof hostRoutes.list>['items'][number];

export function HostsPage() {
  const { t } = useWords();
  useTitle(t('nav.hosts'));
  const mayEnrol = useMay('host.enrol');
  const { search, presence, label, agent, failing } = useSearch({ from: '/signed-in/hosts' });
  const filter = { search, presence, label, agent, failing: failing && ('true' as const) };
  const hosts = useInfiniteQuery(pagedQuery(hostRoutes.list, filter, 5_000));
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('nav.hosts')}</Title>
        <Group gap="xs">
          <ExportHosts filter={filter} />
          {mayEnrol && <JoinTokens />}
          {mayEnrol && <AddHost />}
        </Group>
      </Group>
      <WaitingHosts />
      <HostFilters />
      <PagedTable
        query={hosts}
        label={t('nav.hosts')}
        head={[
          t('common.name'),
          t('hosts.presence'),
          t('hosts.concerns'),
          t('hosts.failingShort'),
          t('hosts.assignments'),
          t('hosts.labels'),
          t('hosts.agent'),
          t('hosts.lastSeen'),
        ]}
        row={(host) => <HostRow key={host.id} host={host} />}
        empty={
          isFiltered(filter) ? (
            <NothingFound text={t('hosts.noneFound')} />
          ) : (
            <Empty text={t('hosts.none')} command="npx carillon hosts add" />
          )
        }
      />
    </Stack>
  );
}

function HostRow({ host }: { host: Host }) {
  const { t } = useWords();
  const {
    name,
    state,
    presence,
    concerns,
    failingJobs = 0,
    assignments,
    inSync,
    labels,
    os,
    timezone,
    agentVersion,
    lastSeenAt,
  } = host;
  return (
    <Table.Tr>
      <Table.Td maw={240} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }} title={`${name} · ${os}`}>
        <HostLink name={name} />
      </Table.Td>
      <Table.Td>
        <HostBadge state={state} presence={presence} />
      </Table.Td>
      <Table.Td className="wrap">
        <ConcernBadges concerns={concerns} />
      </Table.Td>
      <Table.Td>
        {failingJobs > 0 ? (
          <PageLink to="/runs" search={{ host: name, bad: true }} c="red">
            {failingJobs}
          </PageLink>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td>
        {assignments.applied}/{assignments.total}
        {!inSync && (
          <Text span size="xs" c="orange">
            {` ${t('hosts.notInSync')}`}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="wrap" miw={190}>
        <Labels labels={labels} />
      </Table.Td>
      <Table.Td>{agentVersion}</Table.Td>
      <Table.Td className="stacked">
        {lastSeenAt ? <When at={lastSeenAt} zone={timezone} ago /> : t('hosts.never')}
      </Table.Td>
    </Table.Tr>
  );
}
