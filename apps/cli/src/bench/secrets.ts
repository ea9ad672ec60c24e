import { setTimeout as wait } from 'node:timers/promises';
import { type CpuShares, type FleetBench, type FleetBenchOptions, watchCpu, withFleetStack } from './fleet-bench.js';
import { quantilesOf } from './quantiles.js';

export interface SecretsFigures {
  readonly name: 'secrets';
  readonly hosts: number;
  readonly joinSeconds: number;
  readonly rotations: number;
  /** From the new value to a host's word that it has it, over all hosts and rotations, as the database notes it. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** On the last host. */
  readonly maxMs: number;
  /** How long the request itself took, mean. */
  readonly requestMs: number;
  /** The same job changed on all of them, without a secret in it: from the change to the last host's word. */
  readonly baseline: number;
  readonly ratio: number;
  readonly cpu: CpuShares;
  /** The list of the secrets, with how each host stands, p50. */
  readonly listMs: number;
}

const rotations = 5;
const lists = 11;
const limitMs = 90_000;
const pollMs = 20;
const name = 'bench-token';
const job = 'with-secret';

/** A secret that a job of every host uses is given another value: sealed to each host, signed, opened there and told. */
export function benchSecrets(options: FleetBenchOptions): Promise<SecretsFigures> {
  return withFleetStack({ ...options, withSecrets: true }, async (bench) => {
    const { hosts, onProgress } = bench;
    const { fleet, seconds: joinSeconds } = await bench.join(hosts);
    await setValue(bench, 0);
    await apply(bench, 0);
    await untilTold(bench, 1);
    onProgress(`another value on all hosts, ${rotations} times`);
    const endWatch = watchCpu(bench, [fleet]);
    const times: number[] = [];
    let requestMs = 0;
    for (let count = 1; count <= rotations; count += 1) {
      const startedMs = Date.now();
      await setValue(bench, count);
      requestMs += (Date.now() - startedMs) / rotations;
      times.push(...(await untilTold(bench, count + 1)).map((atMs) => Math.max(0, atMs - startedMs)));
    }
    const cpu = endWatch();
    onProgress('changing the job on all of them');
    const baseline = await changeJob(bench);
    const listMs = await timeOfList(bench);
    const { p50, p95, p99 } = quantilesOf(times);
    const maxMs = Math.max(...times);
    return {
      ...{ name: 'secrets', hosts, joinSeconds, rotations },
      ...{ p50Ms: p50, p95Ms: p95, p99Ms: p99, maxMs, requestMs, baseline, ratio: maxMs / baseline, cpu, listMs },
    };
  });
}

async function setValue({ stack }: FleetBench, count: number): Promise<void> {
  const body = { purpose: 'secret', name, value: `value-${count}-of-the-token`, jobs: [job] };
  await stack.api.call('POST', '/job-secrets', body);
}

async function apply({ stack }: FleetBench, minute: number): Promise<void> {
  const run = { program: 'simulated.exe', environment: { TOKEN: { secret: name } } };
  const document = { kind: 'Job', name: job, targets: { all: true }, schedule: `${minute} 4 1 1 *`, run };
  await stack.api.call('POST', '/apply', { documents: [document] });
}

/** Until all hosts have said that they have this version. @returns when each did, by the clock of this machine */
async function untilTold({ database, hosts, signal }: FleetBench, version: number): Promise<number[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const rows = await database.rows<{ atMs: string }>(
      `SELECT extract(epoch FROM updated_at) * 1000 AS "atMs" FROM host_secret WHERE version = ${version} AND state = 'stored'`,
    );
    if (rows.length === hosts) return rows.map(({ atMs }) => Number(atMs));
    if (performance.now() > deadline)
      throw new Error(`${rows.length} of ${hosts} hosts have version ${version} after ${limitMs / 1_000} s`);
    await wait(pollMs, undefined, { signal });
  }
}

async function changeJob(bench: FleetBench): Promise<number> {
  const { database, hosts, signal } = bench;
  const startedMs = Date.now();
  await apply(bench, 1);
  for (const deadline = startedMs + limitMs; ; ) {
    const [row] = await database.rows<{ count: string }>(
      `SELECT count(*) FROM assignment WHERE state = 'applied' AND applied_version = 2`,
    );
    if (Number(row?.count) === hosts) return Date.now() - startedMs;
    if (Date.now() > deadline) throw new Error(`${row?.count} of ${hosts} hosts have the changed job`);
    await wait(pollMs, undefined, { signal });
  }
}

async function timeOfList({ stack }: FleetBench): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < lists; count += 1) {
    const startedMs = performance.now();
    await stack.api.call('GET', '/job-secrets');
    times.push(performance.now() - startedMs);
  }
  return quantilesOf(times).p50;
}
