import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Group, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { HealthBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { mayEverywhere } from '../../lib/may.js';
import { useGrants } from '../../lib/use-may.js';
import { useTitle } from '../../lib/use-title.js';
import { AuditTable } from '../alerting/audit/audit-table.js';
import { RepairJob } from '../changes/repair-job.js';
import { TaskChanges } from '../changes/task-changes.js';
import { WhyForm } from '../hosts/why-form.js';
import { JobRollout } from '../rollouts/job-rollout.js';
import { RunList } from '../runs/run-list.js';
import { Definition } from './definition.js';
import { JobActs } from './job-acts.js';
import { JobAlerts } from './job-alerts.js';
import { JobChain } from './job-chain.js';
import { JobHosts } from './job-hosts.js';
import { JobStatistics } from './job-statistics.js';
import { type JobTab, jobTabs } from './job-view.js';
import { NextFires } from './next-fires.js';
import { StartedRuns } from './started-runs.js';
import { TaskXml } from './task-xml.js';
import { useRunNow } from './use-run-now.js';
import { Versions } from './versions.js';
import { WaitingStart } from './waiting-start.js';

type Job = Response<typeof jobRoutes.get>;

export function JobPage() {
  const { name } = useParams({ from: '/signed-in/jobs/$name' });
  useTitle(name);
  const job = useQuery(query(jobRoutes.get, { name }, 5_000));
  return <Loaded query={job}>{(data) => <JobDetails key={data.name} job={data} />}</Loaded>;
}

function JobDetails({ job }: { job: Job }) {
  const { t } = useWords();
  const { tab = 'definition' } = useSearch({ from: '/signed-in/jobs/$name' });
  const navigate = useNavigate();
  // The audit is for who may see everything.
  const mayAudit = mayEverywhere(useGrants(), 'read');
  const tabs = jobTabs.filter((value) => value !== 'audit' || mayAudit);
  const runNow = useRunNow(job.name);
  const show = (chosen: string | null) =>
    void navigate({
      to: '/jobs/$name',
      params: { name: job.name },
      search: { tab: chosen as JobTab },
      replace: true,
    });
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {job.name}
          </Title>
          <Badge variant="default" tt="none">
            v{job.version}
          </Badge>
          {job.health && <HealthBadge health={job.health} />}
        </Group>
        <JobActs job={job} runNow={runNow} />
      </Group>
      <JobRollout job={job.name} />
      {runNow.waiting && <WaitingStart waiting={runNow.waiting} />}
      {runNow.data && <StartedRuns ids={runNow.data} onClose={runNow.reset} />}
      <Tabs value={tab} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {t(`job.tab.${value}`)}
              {value === 'hosts' && ` (${job.assignments.applied}/${job.assignments.total})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((value) => (
          <Tabs.Panel key={value} value={value}>
            <Stack>
              <Part tab={value} job={job} />
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

function Part({ tab, job }: { tab: JobTab; job: Job }) {
  const { t } = useWords();
  const { name, version } = job;
  switch (tab) {
    case 'definition':
      return (
        <>
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Section title={t('jobs.definition')}>
              <Definition job={job} />
            </Section>
            <NextFires job={name} version={version} />
          </SimpleGrid>
          <JobChain name={name} />
          <WhyForm job={name} />
        </>
      );
    case 'hosts':
      return <JobHosts job={job} />;
    case 'runs':
      return (
        <Section
          title={t('jobs.runs')}
          aside={
            <PageLink to="/runs" search={{ job: name }}>
              {t('job.allRuns')}
            </PageLink>
          }
        >
          <RunList filter={{ job: name }} />
        </Section>
      );
    case 'statistics':
      return <JobStatistics job={name} />;
    case 'versions':
      return <Versions job={name} version={version} />;
    case 'alerts':
      return <JobAlerts job={name} />;
    case 'changes':
      return (
        <Section title={t('jobs.changes')} aside={<RepairJob job={name} drifted={job.hostStates?.drifted ?? 0} />}>
          <TaskChanges side="job" name={name} />
        </Section>
      );
    case 'audit':
      return (
        <Section title={t('nav.audit')}>
          <AuditTable asked={{ job: name }} empty={<Text size="sm">{t('audit.noneFound')}</Text>} />
        </Section>
      );
    case 'task':
      return (
        <Section title={t('job.tab.task')}>
          <TaskXml job={name} version={version} />
        </Section>
      );
  }
}
