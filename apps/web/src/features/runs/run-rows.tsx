import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { HostLink, JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { duration } from '../../lib/times.js';
import { useReason } from './exit-code.js';

export type RunSummary = Response<typeof runRoutes.list>['items'][number];

/** Columns of `RunRow`. */
export function useRunHead(): string[] {
  const { t } = useWords();
  return [
    t('runs.started'),
    t('common.state'),
    t('runs.job'),
    t('runs.host'),
    t('runs.exit'),
    t('runs.trigger'),
    t('runs.took'),
  ];
}

interface RowProps {
  readonly run: RunSummary;
  /** Its number in a table of which only a part is there. */
  readonly index?: number;
  /** Words that were searched for in its output: its page shows them. */
  readonly find?: string | undefined;
  /** More cells. */
  readonly children?: ReactNode;
}

export function RunRow({ run, index, find, children }: RowProps) {
  const { t } = useWords();
  const reasonOf = useReason();
  const { detailText } = useServerText();
  return (
    <Table.Tr {...(index === undefined ? {} : { 'data-row': index, 'aria-rowindex': index + 1 })}>
      <Table.Td>
        <PageLink to="/runs/$id" params={{ id: run.id }} search={find === undefined ? {} : { find }}>
          <When at={run.startedAt} zone={run.timezone} ago />
        </PageLink>
      </Table.Td>
      <Table.Td>
        <RunBadge state={run.state} />
        {(run.state === 'waiting' || run.state === 'skipped') && (
          <Text size="xs" c="dimmed" title={detailText(run) ?? undefined}>
            {reasonOf(run.reason)}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <JobLink name={run.job} /> v{run.jobVersion}
      </Table.Td>
      <Table.Td>
        <HostLink name={run.host} />
      </Table.Td>
      <Table.Td className="mono">{run.exitCode ?? '–'}</Table.Td>
      <Table.Td>{t(`trigger.${run.trigger}`)}</Table.Td>
      <Table.Td>{run.durationMs === null ? '–' : duration(run.durationMs)}</Table.Td>
      {children}
    </Table.Tr>
  );
}
