import { setTimeout as wait } from 'node:timers/promises';
import { withBareSockets } from '../fleet/bare-process.js';
import type { FleetProcess } from '../fleet/fleet-process.js';
import { probeApi } from './api-probe.js';
import { type CpuShares, type FleetBench, type FleetBenchOptions, watchCpu, withFleetStack } from './fleet-bench.js';
import { useOf } from './process-use.js';

export interface ConnectFigures {
  readonly name: 'connect';
  readonly hosts: number;
  /** Until every host had enrolled, connected and proved who it is. */
  readonly joinSeconds: number;
  /** By how much the server's memory grew, per idle host, in KiB: with all it keeps of having let them join. */
  readonly kibPerHost: number | null;
  /** The same, from the first hosts to all. */
  readonly kibPerFurtherHost: number | null;
  /** Resident memory of the server: without hosts, with the first ones, with all. */
  readonly rssMib: readonly (number | null)[];
  /** A bare WebSocket server's, with as many sockets. */
  readonly baseline: number | null;
  /** Null where that grew by nothing: a few sockets fit into what a process has to spare. */
  readonly ratio: number | null;
  /** With the first hosts, a thousand of them or a fifth, and with all. */
  readonly idleFirst: { readonly hosts: number; readonly cpu: CpuShares };
  readonly idleAll: CpuShares;
  readonly bareIdleCpu: number | null;
  /** Of the API with all hosts connected. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

const firstHosts = 1_000;
const watchMs = 10_000;
const settleMs = 5_000;
const probeMs = 5_000;

/** Hosts join a server of their own, then only stay connected. */
export function benchConnect(options: FleetBenchOptions & { readonly watchMs?: number }): Promise<ConnectFigures> {
  return withFleetStack(options, async (bench) => {
    const { hosts, onProgress, signal } = bench;
    const idleMs = options.watchMs ?? watchMs;
    await settled(bench, idleMs);
    const alone = rssOf(bench.serverPid());

    const first = Math.min(firstHosts, Math.ceil(hosts / 5));
    const joined = await bench.join(first);
    const fleets: FleetProcess[] = [joined.fleet];
    let joinSeconds = joined.seconds;
    const watch = async () => {
      await settled(bench, idleMs);
      onProgress(`watching them for ${idleMs / 1_000} s`);
      const end = watchCpu(bench, fleets);
      await wait(idleMs, undefined, { signal });
      return end();
    };
    const idleFirst = { hosts: first, cpu: await watch() };
    const withFirst = rssOf(bench.serverPid());
    const rest = await bench.join(hosts - first);
    fleets.push(rest.fleet);
    joinSeconds += rest.seconds;
    const idleAll = await watch();
    const full = rssOf(bench.serverPid());
    const api = await probeApi(bench.stack, Math.min(probeMs, idleMs), signal);

    onProgress(`the same sockets on a bare WebSocket server`);
    const bare = await bareServer(bench, idleMs);
    const kibPerHost = perSocket(alone, full, hosts);
    return {
      name: 'connect',
      hosts,
      joinSeconds,
      kibPerHost,
      kibPerFurtherHost: perSocket(withFirst, full, hosts - first),
      rssMib: [alone, withFirst, full].map((bytes) => (bytes === undefined ? null : bytes / 2 ** 20)),
      baseline: bare.kib,
      ratio: kibPerHost !== null && bare.kib !== null && bare.kib > 0 ? kibPerHost / bare.kib : null,
      idleFirst,
      idleAll,
      bareIdleCpu: bare.cpu,
      ...{ p50Ms: api.p50, p95Ms: api.p95, p99Ms: api.p99 },
    };
  });
}

/** What joining left behind is collected by then. */
async function settled({ signal }: FleetBench, idleMs: number): Promise<void> {
  await wait(Math.min(settleMs, idleMs), undefined, { signal });
}

async function bareServer(bench: FleetBench, idleMs: number): Promise<{ kib: number | null; cpu: number | null }> {
  const { repository, hosts, signal } = bench;
  let alone: number | undefined;
  return withBareSockets(
    { repository, sockets: hosts, signal },
    async ({ server }) => {
      await settled(bench, idleMs);
      const before = useOf(server.pid);
      const startedMs = performance.now();
      await wait(Math.min(settleMs, idleMs), undefined, { signal });
      const after = useOf(server.pid);
      const cpu = before && after ? ((after.cpuMs - before.cpuMs) / (performance.now() - startedMs)) * 100 : null;
      return { kib: perSocket(alone, after?.rssBytes, hosts), cpu };
    },
    async (server) => {
      alone = rssOf(server.pid);
    },
  );
}

function rssOf(pid: number): number | undefined {
  return useOf(pid)?.rssBytes;
}

function perSocket(alone: number | undefined, full: number | undefined, sockets: number): number | null {
  return alone === undefined || full === undefined ? null : (full - alone) / 1_024 / sockets;
}
