import type { Command } from 'commander';
import { type AlertFigures, benchAlert } from '../bench/alert.js';
import { thisMachine } from '../bench/measure.js';
import { type Quantiles, shortNumbers } from '../bench/quantiles.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

interface Options {
  readonly policies: number;
  readonly rate: number;
  readonly failures: number;
  readonly expected: number;
}

/** `carillon bench alert`: from a failure to the people who should know. */
export function addBenchAlert(parent: Command, cli: Cli): void {
  const command = parent
    .command('alert')
    .description(
      'from a failure to its first notice under load, one job failing everywhere at once, and what it costs to watch for failed and missed runs (about 3 minutes)',
    )
    .option('--policies <n>', 'alert policies, each looking at a job', positiveInteger, 1_000)
    .option('--rate <n>', 'results a second meanwhile', positiveInteger, 200)
    .option('--failures <n>', 'hosts on which one job fails at the same time', positiveInteger, 10_000)
    .option('--expected <n>', 'expected runs of an hour that is judged', positiveInteger, 100_000);
  handle(command, cli, async (session: Session, { policies, rate, failures, expected }: Options) => {
    const figures = await benchAlert({
      repository: session.io.repository,
      policies,
      perSecond: rate,
      failures,
      expected,
      onProgress: (text) => session.note(`  ${text}`),
    });
    const machine = thisMachine();
    if (session.json) session.print(JSON.stringify({ ...figures, machine }, shortNumbers));
    else {
      session.table(['WHAT', 'OURS', 'GOAL'], tableOf(figures));
      session.print(`\n${machine.cpu}, ${machine.cores} cores shared with load and Postgres, Node ${machine.node}`);
    }
    return undefined;
  });
}

function tableOf(figures: AlertFigures): string[][] {
  const { ingestMs, alertMs, noticeMs, sinkMs, baseline, storm, serverCpuMsPerResult: cpu } = figures;
  const { failedRunCost: cost, missed } = figures;
  return [
    [
      `failure at the host to its commit, ${figures.policies} policies, ${figures.perSecond} results/s, p50/p95/p99 ms`,
      quantiles(ingestMs),
      '',
    ],
    ['commit to alert, p50/p95/p99 ms', quantiles(alertMs), ''],
    ['commit to notice written, p50/p95/p99 ms', quantiles(noticeMs), ''],
    ['commit to message at a webhook, p50/p95/p99 ms', quantiles(sinkMs), '2000'],
    ['bare insert to listener, p50/p95/p99 ms', quantiles(baseline), ''],
    ['server CPU per result without any policy, ms', part(cpu.without), ''],
    ['server CPU per result with all policies, ms', part(cpu.withPolicies), ''],
    [`${storm.failures} failures of one job at once, s`, storm.seconds.toFixed(1), '30'],
    ['incidents of it', String(storm.incidents), '1'],
    ['notices of it, and messages at the webhook', `${storm.notices}, ${figures.stormMessages}`, '1 a channel'],
    ['server CPU per failure of it, ms', part(storm.serverCpuMsPerFailure), ''],
    [
      'a run stored: good / failed / failed and subscribed to, µs',
      [cost.goodUs, cost.failedUs, cost.failedHeardUs].map((us) => us.toFixed(1)).join(' / '),
      '',
    ],
    ['a failed run with a subscription over one without', cost.ratio.toFixed(2), ''],
    [`CPU to judge ${missed.expectedRuns} expected runs an hour, % of one processor`, part(missed.cpuSharePercent), ''],
    ['of them did not run / found / false', `${missed.missed} / ${missed.found} / ${missed.falseAlarms}`, 'all, 0'],
  ];
}

function quantiles(values: Quantiles | null): string {
  return values === null
    ? 'not seen'
    : [values.p50, values.p95, values.p99].map((value) => value.toFixed(1)).join(' / ');
}

function part(value: number | null): string {
  return value === null ? 'not measured here' : value.toFixed(3);
}
