import type { Command } from 'commander';
import { benchHistory, type HistoryFigures, type HistoryReads } from '../bench/history.js';
import { thisMachine } from '../bench/measure.js';
import { type Quantiles, shortNumbers } from '../bench/quantiles.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

const goalMs = 100;

const words: Readonly<Record<keyof HistoryReads, string>> = {
  overview: 'the overview',
  jobList: 'the list of jobs with their last runs',
  jobRuns: "a job's runs",
  hostRuns: "a host's runs",
  failures: 'failures',
  failuresOfOne: 'failures of one job or host',
  rareOutput: 'output with rare words, of a week',
  commonOutput: 'output with common words, of a week',
};

/** `carillon bench history`: reading a long history. */
export function addBenchHistory(parent: Command, cli: Cli): void {
  const command = parent
    .command('history')
    .description(
      'reading a long history through the API, on a product of its own that goes afterwards (a million runs: under 2 minutes)',
    )
    .option('--runs <n>', 'how many runs', positiveInteger, 1_000_000);
  handle(command, cli, async (session: Session, { runs }: { readonly runs: number }) => {
    const repository = session.io.repository;
    const figures = await benchHistory({ repository, runs, onProgress: (text) => session.note(`  ${text}`) });
    const machine = thisMachine();
    if (session.json) session.print(JSON.stringify({ ...figures, machine }, shortNumbers));
    else printTable(session, figures);
    return undefined;
  });
}

function printTable(session: Session, figures: HistoryFigures): void {
  const { runs, hosts, days, fillSeconds, storedBytesPerRun, readMs, baseline } = figures;
  const reads = Object.entries(words) as [keyof HistoryReads, string][];
  session.table(
    ['READING', 'P50 / P95 / P99 MS', 'GOAL'],
    [
      ...reads.map(([name, what]) => [what, quantiles(readMs[name]), String(goalMs)]),
      ["50 of a job's rows, Postgres alone, p95", baseline.toFixed(1), ''],
    ],
  );
  session.print(
    `\n${runs} runs on ${hosts} hosts over ${days} days, ${Math.round(storedBytesPerRun)} bytes each with indexes; made in ${Math.round(fillSeconds)} s`,
  );
}

function quantiles({ p50, p95, p99 }: Quantiles): string {
  return [p50, p95, p99].map((value) => value.toFixed(1)).join(' / ');
}
