import { setTimeout as wait } from 'node:timers/promises';
import { withBareSockets } from '../fleet/bare-process.js';
import type { FleetProcess } from '../fleet/fleet-process.js';
import { type CpuShares, type FleetBench, type FleetBenchOptions, watchCpu, withFleetStack } from './fleet-bench.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

export interface FanoutFigures {
  readonly name: 'fanout';
  readonly hosts: number;
  readonly joinSeconds: number;
  readonly changes: number;
  /** From the change of a job to its task being registered on a host, over all hosts and changes. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The same number of answered messages of a bare WebSocket server, p99. */
  readonly baseline: number;
  readonly ratio: number;
  /** From `run now` on all hosts to the last result: in the database, and shown by the API. */
  readonly runNowSeconds: { readonly committed: number; readonly visible: number };
  /** While jobs were changed. */
  readonly cpu: CpuShares;
}

const changes = 5;
const limitMs = 60_000;
const pollMs = 20;
const pageItems = 500;
/** About what an agent gets and says for one changed job. */
const messageBytes = 1_500;
const job = 'on-all';

/** One job of every host is changed, then run on all of them at once. */
export function benchFanout(options: FleetBenchOptions): Promise<FanoutFigures> {
  return withFleetStack(options, async (bench) => {
    const { hosts, repository, signal, onProgress } = bench;
    const { fleet, seconds: joinSeconds } = await bench.join(hosts);
    await change(bench, fleet, 0);
    onProgress(`changing a job of all hosts, ${changes} times`);
    const endWatch = watchCpu(bench, [fleet]);
    const times: number[] = [];
    for (let count = 1; count <= changes; count += 1) times.push(...(await change(bench, fleet, count)));
    const cpu = endWatch();
    onProgress('running it on all hosts at once');
    const runNowSeconds = await runOnAll(bench);
    onProgress('as many answered messages on a bare WebSocket server');
    const bare = await withBareSockets({ repository, sockets: hosts, signal }, async ({ server }) => {
      const answered: number[] = [];
      for (let count = 0; count < changes; count += 1)
        answered.push(...(await server.ask({ kind: 'ask', bytes: messageBytes }, 'answered')).ms);
      return quantilesOf(answered);
    });
    const ours: Quantiles = quantilesOf(times);
    return {
      name: 'fanout',
      hosts,
      joinSeconds,
      changes,
      ...{ p50Ms: ours.p50, p95Ms: ours.p95, p99Ms: ours.p99, maxMs: Math.max(...times) },
      baseline: bare.p99,
      ratio: ours.p99 / bare.p99,
      runNowSeconds,
      cpu,
    };
  });
}

/** Applies the job anew. @returns how long each host took to have it registered, in ms */
async function change({ stack, hosts, signal }: FleetBench, fleet: FleetProcess, minute: number): Promise<number[]> {
  const atMs = new Map<string, number>();
  // Revisions of before this change may still come in.
  let leastRev = 0;
  const startedMs = Date.now();
  const applied = fleet.until(
    (report) => {
      if (report.kind === 'applied' && report.rev > leastRev) atMs.set(report.host, report.atMs - startedMs);
      return atMs.size === hosts ? true : undefined;
    },
    { limitMs, what: () => `all ${hosts} hosts to have the changed job (${atMs.size} have)`, signal },
  );
  leastRev = minute;
  const document = {
    ...{ kind: 'Job', name: job, targets: { all: true }, schedule: `${minute} 4 1 1 *` },
    run: { program: 'simulated.exe' },
  };
  await Promise.all([applied, stack.api.call('POST', '/apply', { documents: [document] })]);
  return [...atMs.values()];
}

async function runOnAll({ stack, hosts, database, signal }: FleetBench): Promise<FanoutFigures['runNowSeconds']> {
  const startedMs = performance.now();
  const deadline = startedMs + limitMs;
  const elapsed = () => (performance.now() - startedMs) / 1_000;
  await stack.api.call('POST', `/jobs/${job}/run`, {});
  const count = async () => {
    const [row] = await database.rows<{ count: string }>('SELECT count(*) FROM run WHERE finished_at IS NOT NULL');
    return Number(row?.count ?? 0);
  };
  for (let done = await count(); done < hosts; done = await count()) {
    if (performance.now() > deadline) throw new Error(`${done} of ${hosts} runs were recorded in ${limitMs / 1_000} s`);
    await wait(pollMs, undefined, { signal });
  }
  const committed = elapsed();
  const shown = await shownRuns(stack.api);
  if (shown !== hosts) throw new Error(`the API shows ${shown} of ${hosts} runs that are committed`);
  return { committed, visible: elapsed() };
}

async function shownRuns(api: FleetBench['stack']['api']): Promise<number> {
  let shown = 0;
  let cursor: string | null = null;
  do {
    const query = `/runs?job=${job}&state=succeeded&limit=${pageItems}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: { items: unknown[]; next: string | null } = await api.call('GET', query);
    shown += page.items.length;
    cursor = page.next;
  } while (cursor !== null);
  return shown;
}
