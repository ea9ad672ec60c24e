import type { Command } from 'commander';
import { benchDashboard } from '../bench/dashboard.js';
import { thisMachine } from '../bench/measure.js';
import { shortNumbers } from '../bench/quantiles.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

const goalMs = 200;

interface Options {
  readonly hosts: number;
  readonly jobs: number;
  readonly runs: number;
  readonly rounds: number;
}

/** `carillon bench dashboard`: what the pages of the dashboard wait for. */
export function addBenchDashboard(parent: Command, cli: Cli): void {
  const command = parent
    .command('dashboard')
    .description(
      'the answers that each page of the dashboard waits for, on a product of its own that goes afterwards (under 2 minutes; 2000 hosts, 5000 jobs and 5000000 runs: about 10)',
    )
    .option('--hosts <n>', 'how many hosts', positiveInteger, 200)
    .option('--jobs <n>', 'how many jobs, 20 on each host', positiveInteger, 500)
    .option('--runs <n>', 'how many runs, over 30 days', positiveInteger, 200_000)
    .option('--rounds <n>', 'how often each page is opened', positiveInteger, 30);
  handle(command, cli, async (session: Session, { hosts, jobs, runs, rounds }: Options) => {
    const { repository } = session.io;
    const figures = await benchDashboard({
      ...{ repository, hosts, jobs, runs, rounds },
      onProgress: (text) => session.note(`  ${text}`),
    });
    if (session.json) return session.print(JSON.stringify({ ...figures, machine: thisMachine() }, shortNumbers));
    session.table(
      ['PAGE', 'P50 / P95 MS', 'GOAL', 'EMPTY, P95', 'RATIO'],
      Object.entries(figures.pages).map(([name, { p50, p95, baseline, ratio }]) => [
        name,
        `${p50.toFixed(0)} / ${p95.toFixed(0)}`,
        String(goalMs),
        baseline.toFixed(0),
        ratio.toFixed(1),
      ]),
    );
    session.print(
      `\n${hosts} hosts, ${jobs} jobs, ${runs} runs over 30 days; made in ${Math.round(figures.fillSeconds)} s`,
    );
    return undefined;
  });
}
