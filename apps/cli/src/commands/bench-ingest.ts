import type { Command } from 'commander';
import { benchIngest, type IngestFigures } from '../bench/ingest.js';
import { thisMachine } from '../bench/measure.js';
import { type Quantiles, shortNumbers } from '../bench/quantiles.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

interface Options {
  readonly seconds: number;
  readonly hosts: number;
  readonly burst: number;
}

/** `carillon bench ingest`: results through socket, commit and ack. */
export function addBenchIngest(parent: Command, cli: Cli): void {
  const command = parent
    .command('ingest')
    .description('results of runs from many hosts, on a product of its own that goes afterwards (under 2 minutes)')
    .option('--seconds <t>', 'how long to send at full speed', positiveInteger, 20)
    .option('--hosts <n>', 'how many hosts send', positiveInteger, 200)
    .option('--burst <n>', 'how many results come at once', positiveInteger, 100_000);
  handle(command, cli, async (session: Session, { seconds, hosts, burst }: Options) => {
    const repository = session.io.repository;
    const figures = await benchIngest({
      repository,
      seconds,
      hosts,
      burst,
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

function tableOf(figures: IngestFigures): string[][] {
  const { burst, visibleMs, fullSpeedAckMs, pacedPerSecond } = figures;
  const paced = { p50: figures.p50Ms, p95: figures.p95Ms, p99: figures.p99Ms };
  return [
    [`results a second from ${figures.hosts} hosts`, whole(figures.resultsPerSecond), '10000'],
    ['the same results, bare inserts, a second', whole(figures.baseline), ''],
    ['ours over bare', figures.ratio.toFixed(2), '0.50'],
    [`ack at ${pacedPerSecond} results a second, p50/p95/p99 ms`, quantiles(paced), ''],
    ['ack at full speed, p50/p95/p99 ms', quantiles(fullSpeedAckMs), ''],
    ['server CPU per result, ms', part(figures.serverCpuMsPerResult), '0.2'],
    [`server CPU per result at ${pacedPerSecond} a second, ms`, part(figures.pacedServerCpuMsPerResult), ''],
    ['Postgres CPU per result, ms', part(figures.postgresCpuMsPerResult), ''],
    ['stored bytes per result', whole(figures.storedBytesPerResult), '800'],
    [`stored bytes per result at ${pacedPerSecond} a second`, whole(figures.pacedStoredBytesPerResult), '800'],
    [`burst of ${burst.results} results, s`, `${burst.seconds.toFixed(1)}, ${burst.counted} counted`, ''],
    ['visible in the API when idle, p50/p95/p99 ms', quantiles(visibleMs), '25'],
    ['acked and not found in Postgres', String(figures.lost), '0'],
  ];
}

function quantiles({ p50, p95, p99 }: Quantiles): string {
  return [p50, p95, p99].map((value) => value.toFixed(1)).join(' / ');
}

function whole(value: number): string {
  return String(Math.round(value));
}

function part(value: number | null): string {
  return value === null ? 'not measured here' : value.toFixed(3);
}
