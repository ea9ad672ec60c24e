import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useWords } from '../i18n/index.js';
import { pagedQuery } from '../lib/api.js';
import { Empty } from './empty.js';
import { HostLink, JobLink } from './links.js';
import { PagedTable } from './paged-table.js';
import { TaskChangeBadge } from './state-badge.js';
import { When } from './when.js';

type Change = Response<typeof hostRoutes.taskChanges>['items'][number];

/** Changes that somebody made to the tasks of one host. */
export function HostChanges({ host }: { host: string }) {
  const query = useInfiniteQuery(pagedQuery(hostRoutes.taskChanges, { name: host }, 10_000));
  return <Changes query={query} side="host" />;
}

/** Changes that somebody made to the tasks of one job, on any host. */
export function JobChanges({ job }: { job: string }) {
  const query = useInfiniteQuery(pagedQuery(jobRoutes.taskChanges, { name: job }, 10_000));
  return <Changes query={query} side="job" />;
}

type Query = Parameters<typeof PagedTable<Change>>[0]['query'];

function Changes({ query, side }: { query: Query; side: 'host' | 'job' }) {
  const { t } = useWords();
  const head = [
    t('changes.noticed'),
    t(side === 'host' ? 'runs.job' : 'runs.host'),
    t('changes.found'),
    t('changes.outcome'),
    t('changes.by'),
    t('changes.what'),
  ];
  return (
    <PagedTable
      query={query}
      label={t('changes.title')}
      head={head}
      row={(change) => <ChangeRow key={change.id} change={change} side={side} />}
      empty={<Empty text={t('changes.none')} />}
    />
  );
}

function ChangeRow({ change, side }: { change: Change; side: 'host' | 'job' }) {
  const { t } = useWords();
  const { noticedAt, job, host, version, found, state, message, differences, changedAt, changedBy } = change;
  return (
    <Table.Tr>
      <Table.Td>
        <When at={noticedAt} />
      </Table.Td>
      <Table.Td>
        {side === 'host' ? <JobLink name={job} /> : <HostLink name={host} />} v{version}
      </Table.Td>
      <Table.Td>{found === null ? '–' : t(`drift.${found}`)}</Table.Td>
      <Table.Td>
        <TaskChangeBadge state={state} />
      </Table.Td>
      <Table.Td>
        {changedAt === null ? (
          '–'
        ) : (
          <>
            {changedBy} <When at={changedAt} />
          </>
        )}
      </Table.Td>
      <Table.Td className="wrap">{[message, ...differences].filter(Boolean).join('; ')}</Table.Td>
    </Table.Tr>
  );
}
