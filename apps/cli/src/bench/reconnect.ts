import { setTimeout as wait } from 'node:timers/promises';
import { withBareSockets } from '../fleet/bare-process.js';
import type { FleetProcess } from '../fleet/fleet-process.js';
import { type CpuShares, type FleetBench, type FleetBenchOptions, watchCpu, withFleetStack } from './fleet-bench.js';

export interface ReconnectFigures {
  readonly name: 'reconnect';
  readonly hosts: number;
  readonly joinSeconds: number;
  /** Connections that the server admits per second. */
  readonly handshakesPerSecond: number;
  /** From the kill of the server until it answered again. */
  readonly serverSeconds: number;
  /** From the kill until so many of the hosts had a session again. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly allMs: number;
  /** How long a bare WebSocket server takes to accept as many connections. */
  readonly baseline: number;
  /** All hosts live again, from the server's answer on, over the baseline. */
  readonly ratio: number;
  /** Of the server, while the hosts came back. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly cpu: CpuShares;
}

const limitMs = 110_000;
const pollMs = 20;

/** The server is killed under all its hosts, which come back as real agents do. */
export function benchReconnect(
  options: FleetBenchOptions & { readonly handshakesPerSecond: number },
): Promise<ReconnectFigures> {
  const { handshakesPerSecond } = options;
  const environment = { CARILLON_HANDSHAKES_PER_SECOND: String(handshakesPerSecond) };
  return withFleetStack(
    options,
    async (bench) => {
      const { hosts, repository, signal, onProgress } = bench;
      const { fleet, seconds: joinSeconds } = await bench.join(hosts);
      onProgress('killing the server');
      const killedMs = Date.now();
      const back = comeBack(fleet, killedMs, signal);
      bench.stack.crashServer();
      const serverSeconds = (await untilServing(bench, killedMs)) / 1_000;
      onProgress(`the server answers again after ${serverSeconds.toFixed(1)} s`);
      const endWatch = watchCpu(bench, [fleet]);
      const times = (await back).toSorted((a, b) => a - b);
      const cpu = endWatch();
      const eventLoopDelayMs = await eventLoopDelay(bench);
      onProgress('as many connections to a bare WebSocket server');
      const baseline = await withBareSockets(
        { repository, sockets: hosts, signal },
        async ({ connectMs }) => connectMs,
      );
      const at = (part: number) => times[Math.max(0, Math.ceil(times.length * part) - 1)] ?? Number.NaN;
      return {
        name: 'reconnect',
        ...{ hosts, joinSeconds, handshakesPerSecond, serverSeconds },
        ...{ p50Ms: at(0.5), p95Ms: at(0.95), allMs: at(1) },
        baseline,
        ratio: (at(1) - serverSeconds * 1_000) / baseline,
        eventLoopDelayMs,
        cpu,
      };
    },
    environment,
  );
}

/** Waits until every host lost its session and has one again. @returns after how many ms each had */
function comeBack(fleet: FleetProcess, killedMs: number, signal: AbortSignal): Promise<number[]> {
  const { hosts } = fleet.options;
  const live = new Map<string, number>();
  return fleet.until(
    (report) => {
      if (report.kind === 'offline') live.delete(report.host);
      if (report.kind === 'online') live.set(report.host, report.atMs - killedMs);
      return live.size === hosts ? [...live.values()] : undefined;
    },
    { limitMs, what: () => `all ${hosts} hosts to come back (${live.size} have)`, signal },
  );
}

/** Waits for the new process, and lets its delays count from here on: a start blocks the loop, and nobody waits for it then. */
async function untilServing({ stack, signal }: FleetBench, killedMs: number): Promise<number> {
  while (!(await stack.api.isReady())) {
    if (Date.now() - killedMs > limitMs) throw new Error('the server did not come back');
    await wait(pollMs, undefined, { signal });
  }
  const ms = Date.now() - killedMs;
  await metrics(stack.url);
  return ms;
}

/** Since the last time it was asked, as the server's metrics tell. */
async function eventLoopDelay({ stack }: FleetBench): Promise<ReconnectFigures['eventLoopDelayMs']> {
  const text = await metrics(stack.url);
  const at = (name: string) =>
    Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN) * 1_000;
  return { p50: at('p50'), p99: at('p99'), max: at('max') };
}

async function metrics(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}
