import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Stack, Tabs, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { HostBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { RunList } from '../runs/run-list.js';
import { ConcernAlerts } from './concerns.js';
import { DecommissionHost } from './decommission-host.js';
import { EditLabels } from './edit-labels.js';
import { ForeignTasks } from './foreign-tasks.js';
import { HostAgent } from './host-agent.js';
import { HostChanges } from './host-changes.js';
import { HostFacts } from './host-facts.js';
import { type HostTab, hostTabs } from './host-filter.js';
import { HostJobs } from './host-jobs.js';
import { HostLoad } from './host-load.js';
import { HostLosses } from './losses.js';
import { PauseAlert, PauseHost } from './pause-host.js';
import { WhyForm } from './why-form.js';

type Host = Response<typeof hostRoutes.get>;

export function HostPage() {
  const { name } = useParams({ from: '/signed-in/hosts/$name' });
  useTitle(name);
  const host = useQuery(query(hostRoutes.get, { name }, 5_000));
  return <Loaded query={host}>{(data) => <HostDetails host={data} />}</Loaded>;
}

function HostDetails({ host }: { host: Host }) {
  const { t } = useWords();
  const { tab = 'overview' } = useSearch({ from: '/signed-in/hosts/$name' });
  const navigate = useNavigate();
  const show = (chosen: string | null) =>
    void navigate({
      to: '/hosts/$name',
      params: { name: host.name },
      search: { tab: chosen as HostTab },
      replace: true,
    });
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {host.name}
          </Title>
          <HostBadge state={host.state} presence={host.presence} />
        </Group>
        <Group gap="sm">
          <PageLink to="/timeline" search={{ host: host.name }}>
            {t('nav.timeline')}
          </PageLink>
          {host.state === 'active' && <PauseHost host={host.name} />}
          <DecommissionHost host={host} />
        </Group>
      </Group>
      <EditLabels host={host.name} labels={host.labels} jobs={host.assignments.total} />
      <PauseAlert host={host.name} />
      <ConcernAlerts concerns={host.concerns} />
      <Tabs value={tab} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          {hostTabs.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {t(`hosts.tab.${value}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {hostTabs.map((value) => (
          <Tabs.Panel key={value} value={value}>
            <Stack>
              <Part tab={value} host={host} />
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

function Part({ tab, host }: { tab: HostTab; host: Host }) {
  const { t } = useWords();
  switch (tab) {
    case 'overview':
      return (
        <>
          <HostFacts host={host} />
          <HostLoad host={host.name} />
          <WhyForm host={host.name} />
        </>
      );
    case 'tasks':
      return (
        <>
          <HostJobs host={host.name} />
          <ForeignTasks host={host.name} />
        </>
      );
    case 'runs':
      return (
        <Section title={t('hosts.runs')}>
          <RunList filter={{ host: host.name }} />
        </Section>
      );
    case 'changes':
      return (
        <>
          <HostChanges host={host.name} />
          <Section title={t('losses.title')}>
            <HostLosses host={host.name} />
          </Section>
        </>
      );
    case 'agent':
      return <HostAgent host={host} />;
  }
}
