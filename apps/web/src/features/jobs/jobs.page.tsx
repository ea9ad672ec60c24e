import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../../components/empty.js';
import { JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';

type Job = Response<typeof jobRoutes.list>['items'][number];

export function JobsPage() {
  const { t } = useWords();
  useTitle(t('nav.jobs'));
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 300);
  const jobs = useInfiniteQuery(pagedQuery(jobRoutes.list, search ? { search } : {}, 5_000));
  return (
    <Stack>
      <Title order={1}>{t('nav.jobs')}</Title>
      <TextInput
        label={t('common.search')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        w="fit-content"
      />
      <PagedTable
        query={jobs}
        label={t('nav.jobs')}
        head={[
          t('common.name'),
          t('jobs.schedule'),
          t('jobs.hosts'),
          t('jobs.lastRun'),
          t('runs.started'),
          t('jobs.version'),
          t('jobs.owner'),
        ]}
        row={(job) => <JobRow key={job.id} job={job} />}
        empty={
          search ? (
            <Empty text={t('jobs.noneFound')} />
          ) : (
            <Empty text={t('jobs.none')} command="npx carillon apply -f examples/" />
          )
        }
      />
    </Stack>
  );
}

function JobRow({ job }: { job: Job }) {
  const { t } = useWords();
  const { lastRun, assignments } = job;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <JobLink name={job.name} />
          {!job.enabled && (
            <Badge size="sm" color="gray" tt="none">
              {t('jobs.disabled')}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td className="mono">{job.schedule}</Table.Td>
      <Table.Td>
        <Text span size="sm" {...(assignments.failed > 0 ? { c: 'red' } : {})}>
          {assignments.applied}/{assignments.total}
        </Text>
      </Table.Td>
      <Table.Td>
        {lastRun ? (
          <PageLink to="/runs/$id" params={{ id: lastRun.id }} underline="never">
            <RunBadge state={lastRun.state} />
          </PageLink>
        ) : (
          <Text span size="sm" c="dimmed">
            {t('jobs.never')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{lastRun && <When at={lastRun.startedAt} />}</Table.Td>
      <Table.Td>v{job.version}</Table.Td>
      <Table.Td>{job.owner}</Table.Td>
    </Table.Tr>
  );
}
