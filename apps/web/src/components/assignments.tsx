import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.js';
import { FaultSaid } from './fault-said.js';
import { HostLink, JobLink } from './links.js';
import { AssignmentBadge, PresenceBadge } from './state-badge.js';
import { When } from './when.js';

export type Assignment = Response<typeof jobRoutes.assignments>['items'][number];

/** Which end of an assignment the page is about; the other one is shown. */
export type Side = 'job' | 'host';

export function useAssignmentHead(side: Side): string[] {
  const { t } = useWords();
  const first = side === 'job' ? [t('runs.host'), t('hosts.presence')] : [t('runs.job')];
  return [...first, t('common.state'), t('jobs.wanted'), t('jobs.applied'), t('jobs.why'), t('jobs.updated')];
}

interface RowProps {
  readonly assignment: Assignment;
  readonly side: Side;
  /** Beside its state: what may be done about it. */
  readonly act?: ReactNode;
}

export function AssignmentRow({ assignment, side, act }: RowProps) {
  const { job, host, presence, state, version, appliedVersion, code, message, updatedAt } = assignment;
  return (
    <Table.Tr>
      {side === 'job' ? (
        <>
          <Table.Td>
            <HostLink name={host} />
          </Table.Td>
          <Table.Td>
            <PresenceBadge presence={presence} />
          </Table.Td>
        </>
      ) : (
        <Table.Td>
          <JobLink name={job} />
        </Table.Td>
      )}
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <AssignmentBadge state={state} />
          {act}
        </Group>
      </Table.Td>
      <Table.Td>v{version}</Table.Td>
      <Table.Td>{appliedVersion === null ? '–' : `v${appliedVersion}`}</Table.Td>
      <Table.Td className="wrap">
        <FaultSaid code={code} message={message} />
      </Table.Td>
      <Table.Td>
        <When at={updatedAt} />
      </Table.Td>
    </Table.Tr>
  );
}
