import { limits } from '@carillon/contract/limits';
import { csvLine, csvMark } from '@carillon/core/run/csv';
import type { RunSummaryRow } from '../../store/run.store.js';

const head = [
  ...[
    'started',
    'ended',
    'state',
    'reason',
    'detail',
    'job',
    'version',
    'host',
    'exit code',
    'started by',
    'planned for',
  ],
  ...['seconds', 'run'],
];

/**
 * Runs as lines of a table, its head first. Pages are read only as fast as they are taken, and no more than one is held.
 * @param first the newest runs @param older the page of those before a run's id
 * @param remark the last line, if there is something to be said of the whole
 */
export async function* tableLines(
  first: readonly RunSummaryRow[],
  older: (before: string) => Promise<readonly RunSummaryRow[]>,
  remark: string | null = null,
): AsyncGenerator<string> {
  yield csvMark + csvLine(head);
  let count = 0;
  for (let page = first; page.length > 0; page = await older(page.at(-1)?.id ?? '')) {
    const rows = page.slice(0, limits.csvRuns - count);
    yield rows.map(lineOf).join('');
    count += rows.length;
    if (rows.length < page.length) {
      yield csvLine([`There are more runs: these are the newest ${limits.csvRuns}.`]);
      break;
    }
  }
  if (remark !== null) yield csvLine([remark]);
}

function lineOf(run: RunSummaryRow): string {
  return csvLine([
    run.startedAt.toISOString(),
    run.finishedAt?.toISOString() ?? null,
    run.state,
    run.reason,
    run.detail,
    run.job,
    run.jobVersion,
    run.host,
    run.exitCode,
    run.trigger,
    run.scheduledFor?.toISOString() ?? null,
    run.durationMs === null ? null : run.durationMs / 1_000,
    run.id,
  ]);
}
