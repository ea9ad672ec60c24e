import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Group, SimpleGrid, Stack, Tabs, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { AssignmentRow, useAssignmentHead } from '../../components/assignments.js';
import { Empty } from '../../components/empty.js';
import { Loaded } from '../../components/loaded.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { JobChanges } from '../../components/task-changes.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery, query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { RunList } from '../runs/run-list.js';
import { Definition } from './definition.js';
import { NextFires } from './next-fires.js';
import { RunNow } from './run-now.js';
import { StartedRuns } from './started-runs.js';
import { TaskXml } from './task-xml.js';
import { useRunNow } from './use-run-now.js';
import { Versions } from './versions.js';

type Job = Response<typeof jobRoutes.get>;

export function JobPage() {
  const { name } = useParams({ from: '/signed-in/jobs/$name' });
  useTitle(name);
  const job = useQuery(query(jobRoutes.get, { name }, 5_000));
  return <Loaded query={job}>{(data) => <JobDetails key={data.name} job={data} />}</Loaded>;
}

function JobDetails({ job }: { job: Job }) {
  const { t } = useWords();
  const runNow = useRunNow(job.name);
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1}>{job.name}</Title>
          <Badge variant="default" tt="none">
            v{job.version}
          </Badge>
          {!job.enabled && (
            <Badge color="gray" tt="none">
              {t('jobs.disabled')}
            </Badge>
          )}
        </Group>
        <RunNow job={job.name} act={runNow} />
      </Group>
      {runNow.data && <StartedRuns ids={runNow.data} onClose={runNow.reset} />}
      <Tabs defaultValue="runs" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="runs">{t('jobs.runs')}</Tabs.Tab>
          <Tabs.Tab value="hosts">
            {t('jobs.hosts')} ({job.assignments.applied}/{job.assignments.total})
          </Tabs.Tab>
          <Tabs.Tab value="definition">{t('jobs.definition')}</Tabs.Tab>
          <Tabs.Tab value="task">{t('jobs.task')}</Tabs.Tab>
          <Tabs.Tab value="changes">{t('jobs.changes')}</Tabs.Tab>
          <Tabs.Tab value="versions">{t('jobs.versions')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="runs">
          <RunList filter={{ job: job.name }} />
        </Tabs.Panel>
        <Tabs.Panel value="hosts">
          <Hosts job={job.name} />
        </Tabs.Panel>
        <Tabs.Panel value="definition">
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Section title={t('jobs.definition')}>
              <Definition job={job} />
            </Section>
            <NextFires job={job.name} version={job.version} />
          </SimpleGrid>
        </Tabs.Panel>
        <Tabs.Panel value="task">
          <TaskXml job={job.name} version={job.version} />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <JobChanges job={job.name} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions job={job.name} version={job.version} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Hosts({ job }: { job: string }) {
  const { t } = useWords();
  const head = useAssignmentHead('job');
  const assignments = useInfiniteQuery(pagedQuery(jobRoutes.assignments, { name: job }, 5_000));
  return (
    <PagedTable
      query={assignments}
      label={t('jobs.hosts')}
      head={head}
      row={(item) => <AssignmentRow key={item.hostId} assignment={item} side="job" />}
      empty={<Empty text={t('hosts.noneFound')} />}
    />
  );
}
