import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Side } from '../../components/assignments.js';
import { Dialog } from '../../components/dialog.js';
import { Empty } from '../../components/empty.js';
import { HostLink, JobLink } from '../../components/links.js';
import { PagedTable } from '../../components/paged-table.js';
import { TaskChangeBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useTaskField } from '../../i18n/use-task-field.js';
import { pagedQuery } from '../../lib/api.js';
import { ChangeDetails } from './change-details.js';

type Change = Response<typeof jobRoutes.taskChanges>['items'][number];

const refreshMs = 10_000;

/** Changes that somebody made to the tasks of one job on any host, or to our tasks of any job on one host; each opens field by field. */
export function TaskChanges({ side, name }: { side: Side; name: string }) {
  const { t } = useWords();
  const [opened, setOpened] = useState<string>();
  const route = side === 'job' ? jobRoutes.taskChanges : hostRoutes.taskChanges;
  const changes = useInfiniteQuery(pagedQuery(route, { name }, refreshMs));
  const other = side === 'job' ? t('runs.host') : t('runs.job');
  return (
    <>
      <PagedTable
        query={changes}
        label={t('changes.title')}
        csv={{ name: `changes-${name}`, route, request: { name } }}
        head={[
          t('changes.noticed'),
          other,
          t('changes.found'),
          t('changes.outcome'),
          t('changes.by'),
          t('changes.what'),
        ]}
        row={(change) => <ChangeRow key={change.id} change={change} side={side} onOpen={() => setOpened(change.id)} />}
        empty={<Empty text={t('changes.none')} />}
      />
      <Dialog opened={opened !== undefined} onClose={() => setOpened(undefined)} size="xl" title={t('changes.compare')}>
        {opened !== undefined && <ChangeDetails id={opened} />}
      </Dialog>
    </>
  );
}

interface RowProps {
  readonly change: Change;
  readonly side: Side;
  readonly onOpen: () => void;
}

function ChangeRow({ change, side, onOpen }: RowProps) {
  const { t } = useWords();
  const { differenceText } = useTaskField();
  const { noticedAt, job, host, version, found, state, changedAt, changedBy, differences } = change;
  const { adoption = null, adoptedVersion, adoptionReasons = [], message, repairedBy, undoneVersion } = change;
  const since = [
    ...(undoneVersion ? [t('repair.undone', { n: undoneVersion })] : []),
    ...(repairedBy ? [t('repair.askedBy', { name: repairedBy })] : []),
  ];
  const what = [message, ...adoptionReasons, ...differences.map((text) => differenceText(text) ?? text)]
    .filter(Boolean)
    .join('; ');
  return (
    <Table.Tr>
      <Table.Td>
        <When at={noticedAt} />
      </Table.Td>
      <Table.Td>
        {side === 'job' ? <HostLink name={host} /> : <JobLink name={job} />} v{version}
      </Table.Td>
      <Table.Td>{found === null ? '–' : t(`drift.${found}`)}</Table.Td>
      <Table.Td>
        <TaskChangeBadge state={state} adoption={adoption} />
        {adoptedVersion ? ` v${adoptedVersion}` : null}
        {since.map((line) => (
          <Text key={line} size="xs" c="dimmed">
            {line}
          </Text>
        ))}
      </Table.Td>
      <Table.Td>
        {changedBy ?? '–'} {changedAt && <When at={changedAt} />}
      </Table.Td>
      <Table.Td className="wrap" miw={220}>
        <Button size="compact-xs" variant="default" onClick={onOpen}>
          {differences.length > 0 ? t('changes.open', { count: differences.length }) : t('repair.open')}
        </Button>
        <Text size="xs" c="dimmed" mt={2} lineClamp={2} title={what} style={{ overflowWrap: 'anywhere' }}>
          {what}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
