import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useWords } from '../i18n/index.js';
import { pagedQuery } from '../lib/api.js';
import { Empty } from './empty.js';
import { HostLink } from './links.js';
import { PagedTable } from './paged-table.js';
import { TaskChangeBadge } from './state-badge.js';
import { When } from './when.js';

type Change = Response<typeof jobRoutes.taskChanges>['items'][number];

/** Changes that somebody made to the tasks of one job, on any host. */
export function JobChanges({ job }: { job: string }) {
  const query = useInfiniteQuery(pagedQuery(jobRoutes.taskChanges, { name: job }, 10_000));
  const { t } = useWords();
  const head = [
    t('changes.noticed'),
    t('runs.host'),
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
      row={(change) => <ChangeRow key={change.id} change={change} />}
      empty={<Empty text={t('changes.none')} />}
    />
  );
}

function ChangeRow({ change }: { change: Change }) {
  const { t } = useWords();
  const { noticedAt, host, version, found, state, message, differences, changedAt, changedBy } = change;
  const { adoption = null, adoptedVersion, adoptionReasons = [] } = change;
  const what = [message, ...adoptionReasons, ...differences].filter(Boolean).join('; ');
  return (
    <Table.Tr>
      <Table.Td>
        <When at={noticedAt} />
      </Table.Td>
      <Table.Td>
        <HostLink name={host} /> v{version}
      </Table.Td>
      <Table.Td>{found === null ? '–' : t(`drift.${found}`)}</Table.Td>
      <Table.Td>
        <TaskChangeBadge state={state} adoption={adoption} />
        {adoptedVersion ? ` v${adoptedVersion}` : null}
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
      <Table.Td className="wrap">{what}</Table.Td>
    </Table.Tr>
  );
}
