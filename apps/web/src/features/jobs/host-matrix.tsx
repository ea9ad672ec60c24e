import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Table, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { FaultSaid } from '../../components/fault-said.js';
import { HostLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { RowGap } from '../../components/row-gap.js';
import { AssignmentBadge, PresenceBadge, RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useWindowed } from '../../lib/use-windowed.js';
import { DriftButton, DriftDialog, type TaskOnHost } from '../changes/drift-dialog.js';

type Assignment = Response<typeof jobRoutes.assignments>['items'][number];

const rowPx = 49;

interface Props {
  /** The job's newest. */
  readonly version: number;
  readonly hosts: readonly Assignment[];
  readonly onNearEnd: () => void;
}

/** Hosts as rows of one height; of a long list only what is in view is in the page. */
export function HostMatrix({ version, hosts, onNearEnd }: Props) {
  const { t } = useWords();
  const body = useRef<HTMLTableSectionElement>(null);
  const [opened, setOpened] = useState<TaskOnHost | null>(null);
  const { from, to } = useWindowed(body, hosts.length, rowPx);
  const nearEnd = to >= hosts.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once each time the end comes near
  useEffect(() => {
    if (nearEnd) onNearEnd();
  }, [nearEnd, hosts.length]);
  const head = [
    t('runs.host'),
    t('common.state'),
    t('jobs.version'),
    t('jobs.why'),
    t('job.lastResult'),
    t('jobs.nextFire'),
  ];
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table aria-label={t('jobs.hosts')} aria-rowcount={hosts.length} className="rows-even">
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body}>
          <RowGap rows={from} rowPx={rowPx} columns={head.length} />
          {hosts.slice(from, to).map((host, index) => (
            <HostRow key={host.hostId} host={host} index={from + index} newest={version} onDrift={setOpened} />
          ))}
          <RowGap rows={hosts.length - to} rowPx={rowPx} columns={head.length} />
        </Table.Tbody>
      </Table>
      <DriftDialog task={opened} onClose={() => setOpened(null)} />
    </Table.ScrollContainer>
  );
}

interface RowProps {
  readonly host: Assignment;
  readonly index: number;
  readonly newest: number;
  readonly onDrift: (task: TaskOnHost) => void;
}

function HostRow({ host: assignment, index, newest, onDrift }: RowProps) {
  const { t } = useWords();
  const { job, host, presence, state, appliedVersion, code, message, updatedAt, lastRun, nextFireAt } = assignment;
  return (
    <Table.Tr data-row={index} aria-rowindex={index + 1}>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <HostLink name={host} />
          {presence !== 'online' && <PresenceBadge presence={presence} />}
        </Group>
      </Table.Td>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <AssignmentBadge state={state} />
          {state === 'drifted' && <DriftButton job={job} host={host} onOpen={onDrift} />}
        </Group>
      </Table.Td>
      <Table.Td>
        {appliedVersion === null ? '–' : `v${appliedVersion}`}
        {appliedVersion !== newest && state !== 'removing' && (
          <Text span size="xs" c="dimmed">
            {' '}
            → v{newest}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="wrap" miw={180} maw={360}>
        {!code && !message ? (
          <Text size="xs" c="dimmed">
            {state === 'applied' ? '' : t('job.since')} {state !== 'applied' && <When at={updatedAt} />}
          </Text>
        ) : (
          <FaultSaid code={code} message={message} />
        )}
      </Table.Td>
      <Table.Td>{lastRun ? <LastRun run={lastRun} /> : '–'}</Table.Td>
      <Table.Td>{nextFireAt ? <When at={nextFireAt} /> : '–'}</Table.Td>
    </Table.Tr>
  );
}

function LastRun({ run: { id, state, startedAt, exitCode } }: { run: NonNullable<Assignment['lastRun']> }) {
  return (
    <Group gap={8} wrap="nowrap">
      <PageLink to="/runs/$id" params={{ id }} underline="never">
        <RunBadge state={state} />
      </PageLink>
      {exitCode !== null && exitCode !== 0 && (
        <Text span size="xs" className="mono">
          {exitCode}
        </Text>
      )}
      <Text span size="xs" c="dimmed">
        <When at={startedAt} />
      </Text>
    </Group>
  );
}
