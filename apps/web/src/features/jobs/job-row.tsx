import { Checkbox, Group, Table, Text } from '@mantine/core';
import { JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { HealthBadge, RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import type { Job } from './job-shapes.js';
import { Sparkline } from './sparkline.js';

interface RowProps {
  readonly job: Job;
  readonly index: number;
  /** The one row that the tab key stops at. */
  readonly active: boolean;
  /** There is something that could be done to those that are marked. */
  readonly mayMark: boolean;
  readonly marked: boolean;
  readonly onMark: () => void;
  readonly onFocus: () => void;
}

export function JobRow({ job, index, active, mayMark, marked, onMark, onFocus }: RowProps) {
  const { t } = useWords();
  const { scheduleText } = useServerText();
  const { lastRun, assignments, nextFireAt, health } = job;
  return (
    <Table.Tr
      data-row={index}
      aria-rowindex={index + 1}
      tabIndex={active ? 0 : -1}
      onFocus={onFocus}
      {...(marked ? { bg: 'var(--mantine-primary-color-light)' } : {})}
    >
      <Table.Td>
        {mayMark && (
          <Checkbox size="xs" aria-label={t('jobs.mark', { name: job.name })} checked={marked} onChange={onMark} />
        )}
      </Table.Td>
      <Table.Td>
        <JobLink name={job.name} />
        <Text size="xs" c="dimmed" truncate maw={260} title={scheduleText(job.schedule)}>
          <span className="mono">{scheduleText(job.schedule)}</span>
          {job.owner && ` · ${job.owner}`}
        </Text>
      </Table.Td>
      <Table.Td>{health && <HealthBadge health={health} />}</Table.Td>
      <Table.Td>
        <Sparkline runs={job.recent ?? []} />
      </Table.Td>
      <Table.Td>
        {lastRun ? (
          <Group gap={8} wrap="nowrap">
            <PageLink to="/runs/$id" params={{ id: lastRun.id }} underline="never">
              <RunBadge state={lastRun.state} />
            </PageLink>
            <Text span size="xs" c="dimmed">
              <When at={lastRun.startedAt} />
            </Text>
          </Group>
        ) : (
          <Text span size="sm" c="dimmed">
            {t('jobs.never')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{nextFireAt ? <When at={nextFireAt} /> : '–'}</Table.Td>
      <Table.Td>
        <Text span size="sm" title={t('jobs.hostsMeans', assignments)}>
          {assignments.applied}/{assignments.total}
        </Text>
        {assignments.failed > 0 && (
          <Text size="xs" c="red">
            {t('jobs.hostsFailed', { n: assignments.failed })}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
