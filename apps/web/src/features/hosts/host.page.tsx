import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Stack, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { AssignmentRow, useAssignmentHead } from '../../components/assignments.js';
import { Empty } from '../../components/empty.js';
import { Facts } from '../../components/facts.js';
import { Labels } from '../../components/labels.js';
import { Loaded } from '../../components/loaded.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { PresenceBadge } from '../../components/state-badge.js';
import { HostChanges } from '../../components/task-changes.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery, query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { RunList } from '../runs/run-list.js';
import { ConcernAlerts } from './concerns.js';
import { HostLosses } from './losses.js';

type Host = Response<typeof hostRoutes.get>;

export function HostPage() {
  const { name } = useParams({ from: '/signed-in/hosts/$name' });
  useTitle(name);
  const host = useQuery(query(hostRoutes.get, { name }, 5_000));
  return <Loaded query={host}>{(data) => <HostDetails host={data} />}</Loaded>;
}

function HostDetails({ host }: { host: Host }) {
  const { t } = useWords();
  const head = useAssignmentHead('host');
  const assignments = useInfiniteQuery(pagedQuery(hostRoutes.assignments, { name: host.name }, 5_000));
  return (
    <Stack>
      <Group gap="sm">
        <Title order={1}>{host.name}</Title>
        <PresenceBadge presence={host.presence} />
      </Group>
      <ConcernAlerts concerns={host.concerns} />
      <Section title={t('common.state')}>
        <Facts
          items={[
            [t('hosts.labels'), <Labels key="labels" labels={host.labels} />],
            [t('hosts.os'), host.os],
            [t('hosts.timezone'), host.timezone],
            [t('hosts.agent'), `${host.agentVersion} · ${host.scheduler}`],
            [t('hosts.lastSeen'), host.lastSeenAt ? <When key="seen" at={host.lastSeenAt} /> : t('hosts.never')],
            [t('hosts.enrolled'), <When key="enrolled" at={host.enrolledAt} />],
            [
              t('hosts.inSync'),
              `${host.inSync ? t('common.yes') : t('common.no')} · ${t('hosts.desired')} ${host.desired.rev}`,
            ],
            [t('hosts.waiting'), host.spool.waiting],
            [
              t('hosts.clock'),
              host.clockAheadMs === null ? '–' : `${host.clockAheadMs > 0 ? '+' : ''}${host.clockAheadMs / 1_000} s`,
            ],
            [t('hosts.spool'), host.disk ? t('hosts.free', mebibytes(host.disk)) : '–'],
          ]}
        />
      </Section>
      <Section title={t('hosts.jobs')}>
        <PagedTable
          query={assignments}
          label={t('hosts.jobs')}
          head={head}
          row={(item) => <AssignmentRow key={item.jobId} assignment={item} side="host" />}
          empty={<Empty text={t('hosts.noJobs')} />}
        />
      </Section>
      <Section title={t('changes.title')}>
        <HostChanges host={host.name} />
      </Section>
      <Section title={t('losses.title')}>
        <HostLosses host={host.name} />
      </Section>
      <Section title={t('hosts.runs')}>
        <RunList filter={{ host: host.name }} />
      </Section>
    </Stack>
  );
}

function mebibytes({ spoolBytes, freeBytes }: NonNullable<Host['disk']>) {
  const mebi = (bytes: number) => (bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0);
  return { used: mebi(spoolBytes), free: mebi(freeBytes) };
}
