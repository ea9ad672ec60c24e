import type { Command } from 'commander';
import { thisMachine } from '../bench/measure.js';
import { benchMissed } from '../bench/missed.js';
import { shortNumbers } from '../bench/quantiles.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

interface Options {
  readonly hosts: number;
  readonly jobs: number;
}

/** `carillon bench missed`: what it costs to watch expected runs, and how soon one that did not happen is told. */
export function addBenchMissed(parent: Command, cli: Cli): void {
  const command = parent
    .command('missed')
    .description('an hour of expected runs judged by the real server, on a product of its own (about 3 minutes)')
    .option('--hosts <n>', 'how many hosts', positiveInteger, 2_000)
    .option('--jobs <n>', 'how many jobs each has, hourly', positiveInteger, 50);
  handle(command, cli, async (session: Session, { hosts, jobs }: Options) => {
    const { repository } = session.io;
    const figures = await benchMissed({ repository, hosts, jobs, onProgress: (text) => session.note(`  ${text}`) });
    const machine = thisMachine();
    if (session.json) {
      session.print(JSON.stringify({ ...figures, machine }, shortNumbers));
      return undefined;
    }
    const { cpuSharePercent, serverCpuMs, postgresCpuMs, baseline, ratio, verdictMs } = figures;
    const { p50, p95, p99 } = verdictMs;
    session.table(
      ['WHAT', 'OURS', 'GOAL'],
      [
        ['expected runs in an hour', String(figures.expectedRuns), '100000'],
        ['server and Postgres CPU for all of them, of one processor', part(cpuSharePercent, 3, ' %'), ''],
        ['server CPU, ms', part(serverCpuMs, 0), ''],
        ['Postgres CPU, ms', part(postgresCpuMs, 0), ''],
        ['to count the same runs, bare, Postgres CPU, ms', part(baseline, 0), ''],
        ['ours over bare', part(ratio, 1), ''],
        ['did not run / found', `${figures.missed} / ${figures.found}`, ''],
        ['false alarms', String(figures.falseAlarms), '0'],
        [
          'grace over to verdict, p50/p95/p99 s',
          [p50, p95, p99].map((ms) => (ms / 1_000).toFixed(1)).join(' / '),
          '15',
        ],
      ],
    );
    session.print(`\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`);
    return undefined;
  });
}

function part(value: number | null, digits: number, unit = ''): string {
  return value === null ? 'not measured here' : `${value.toFixed(digits)}${unit}`;
}
