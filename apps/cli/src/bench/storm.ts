import { setTimeout as wait } from 'node:timers/promises';
import { withBareSockets } from '../fleet/bare-process.js';
import { type CpuShares, type FleetBench, type FleetBenchOptions, watchCpu, withFleetStack } from './fleet-bench.js';
import { quantilesOf } from './quantiles.js';

export interface StormFigures {
  readonly name: 'storm';
  readonly hosts: number;
  readonly jobs: number;
  readonly joinSeconds: number;
  /** Runs that were due at the one time. */
  readonly due: number;
  readonly recorded: number;
  readonly dropped: number;
  /** How late a run's result was in the database: from the time it was due to the commit. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** How late runs began on their hosts, p99; all hosts share one process here. */
  readonly startP99Ms: number;
  /** As many messages at once to a bare WebSocket server that answers them, p99. */
  readonly baseline: number;
  readonly ratio: number;
  /** From the time it was due until all was recorded. */
  readonly cpu: CpuShares;
}

const leadMs = 6_000;
const limitMs = 60_000;
const pollMs = 50;
/** Start, end and output of a run. */
const resultBytes = 1_500;

/** Every host has jobs that are all due at the same second. */
export function benchStorm(options: FleetBenchOptions & { readonly jobs: number }): Promise<StormFigures> {
  return withFleetStack(options, async (bench) => {
    const { hosts, repository, signal, onProgress } = bench;
    const { jobs } = options;
    const { fleet, seconds: joinSeconds } = await bench.join(hosts);
    const dueMs = Math.ceil((Date.now() + leadMs + hosts * jobs) / 1_000) * 1_000;
    const documents = Array.from({ length: jobs }, (_, index) => stormJob(index, dueMs));
    await Promise.all([
      fleet.untilApplied(jobs, { limitMs, signal }),
      bench.stack.api.call('POST', '/apply', { documents }),
    ]);
    const leftMs = dueMs - Date.now();
    if (leftMs < 0) throw new Error('the jobs were registered after they were due: a slow machine; try fewer hosts');
    onProgress(`${hosts * jobs} runs are due in ${(leftMs / 1_000).toFixed(1)} s`);
    await wait(leftMs, undefined, { signal });
    const endWatch = watchCpu(bench, [fleet]);
    const due = hosts * jobs;
    const recorded = await untilRecorded(bench, due);
    const cpu = endWatch();
    const late = await lateness(bench, dueMs);
    onProgress('as many messages at once to a bare WebSocket server');
    const bare = await withBareSockets({ repository, sockets: hosts, signal }, async ({ clients }) => {
      const asked = Array.from({ length: jobs }, () => clients.ask({ kind: 'ask', bytes: resultBytes }, 'answered'));
      return quantilesOf((await Promise.all(asked)).flatMap(({ ms }) => ms));
    });
    return {
      name: 'storm',
      ...{ hosts, jobs, joinSeconds, due, recorded, dropped: due - recorded },
      ...late,
      baseline: bare.p99,
      ratio: late.p99Ms / bare.p99,
      cpu,
    };
  });
}

/** @returns how many of the runs that were due are recorded with their ends, at the latest after a minute */
async function untilRecorded({ database, signal }: FleetBench, due: number): Promise<number> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const [row] = await database.rows<{ count: string }>(
      'SELECT count(DISTINCT (host_id, job_id)) FROM run WHERE finished_at IS NOT NULL AND scheduled_for IS NOT NULL',
    );
    const recorded = Number(row?.count ?? 0);
    if (recorded >= due || performance.now() > deadline) return recorded;
    await wait(pollMs, undefined, { signal });
  }
}

async function lateness({ database }: FleetBench, dueMs: number) {
  const rows = await database.rows<{ recorded: number; started: number }>(
    `SELECT extract(epoch FROM received_at)::float8 * 1000 - $1 AS recorded, extract(epoch FROM started_at)::float8 * 1000 - $1 AS started
     FROM run WHERE scheduled_for IS NOT NULL`,
    [dueMs],
  );
  const { p50, p95, p99 } = quantilesOf(rows.map(({ recorded }) => recorded));
  return { p50Ms: p50, p95Ms: p95, p99Ms: p99, startP99Ms: quantilesOf(rows.map(({ started }) => started)).p99 };
}

function stormJob(index: number, dueMs: number): unknown {
  const schedule = [{ at: new Date(dueMs).toISOString().replace('.000', '') }];
  return { kind: 'Job', name: `storm-${index}`, targets: { all: true }, schedule, run: { program: 'simulated.exe' } };
}
