import { readRunning } from '@carillon/stack/data-folder';
import { openStackDatabase, type StackDatabase } from '@carillon/stack/stack-database';
import { FleetProcess } from '../fleet/fleet-process.js';
import { fleetEnvironment } from '../fleet/place.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { treeCpuMs, useOf } from './process-use.js';

export interface FleetBenchOptions {
  readonly repository: string;
  readonly hosts: number;
  readonly onProgress: (text: string) => void;
  /** Its hosts take secrets of the centre. */
  readonly withSecrets?: boolean;
}

/** A product of its own with simulated hosts, and what is asked of both. */
export interface FleetBench extends FleetBenchOptions {
  readonly stack: PrivateStack;
  readonly signal: AbortSignal;
  readonly database: StackDatabase;
  /** Lets hosts join from a process of their own. @returns when all are online, with how long that took */
  join(hosts: number): Promise<{ readonly fleet: FleetProcess; readonly seconds: number }>;
  serverPid(): number;
}

/** What the parts used of one core's time between two moments, in percent; null where it cannot be told. */
export interface CpuShares {
  readonly server: number | null;
  readonly postgres: number | null;
  /** The simulated hosts: what the load itself took. */
  readonly load: number | null;
}

const joinLimitMs = 110_000;
/** More at once would only wait in the server's queue. */
const joiningAtOnce = 48;
/** Programs of simulated hosts end at once: what is measured is the way there and back. */
const longestRunMs = 1;

/** Lends a private product to a benchmark; everything is taken down afterwards. */
export function withFleetStack<Result>(
  options: FleetBenchOptions,
  work: (bench: FleetBench) => Promise<Result>,
  serverEnvironment: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { repository, onProgress } = options;
  return withPrivateStack(
    repository,
    onProgress,
    async (stack, signal) => {
      const database = await openStackDatabase(stack.folder);
      const fleets: FleetProcess[] = [];
      const serverPid = () => readRunning(stack.folder)?.serverPid ?? -1;
      const join = async (hosts: number) => {
        const { fleet, seconds } = await joinFleet(
          stack,
          { ...options, hosts, number: fleets.length + 1 },
          signal,
          (fleet) => fleets.push(fleet),
        );
        return { fleet, seconds };
      };
      try {
        return await work({ ...options, stack, signal, database, join, serverPid });
      } finally {
        await Promise.all(fleets.map((fleet) => fleet.stop()));
        await database.close();
      }
    },
    { localAgent: false, serverEnvironment: { ...fleetEnvironment, ...serverEnvironment } },
  );
}

async function joinFleet(
  stack: PrivateStack,
  { repository, hosts, number, onProgress, withSecrets = false }: FleetBenchOptions & { readonly number: number },
  signal: AbortSignal,
  onStarted: (fleet: FleetProcess) => void,
): Promise<{ fleet: FleetProcess; seconds: number }> {
  const { token } = await stack.api.call<{ token: string }>('POST', '/enrolment-tokens', {
    uses: hosts,
    expiresInMinutes: 10,
    labels: {},
  });
  const startedMs = Date.now();
  const fleet = FleetProcess.start(repository, {
    ...{ server: stack.url, token, hosts, prefix: `bench-${number}`, seed: number, failureRate: 0, longestRunMs },
    ...{ joiningAtOnce, realReconnect: true, ledgerFile: null, withSecrets },
  });
  onStarted(fleet);
  const onlineMs = await fleet.untilOnline({ limitMs: joinLimitMs, signal });
  const seconds = (onlineMs - startedMs) / 1_000;
  onProgress(`${hosts} hosts joined in ${seconds.toFixed(1)} s`);
  return { fleet, seconds };
}

/** Begins to watch what server, Postgres and some processes of the load use. @returns what tells it */
export function watchCpu(bench: FleetBench, load: readonly { readonly pid: number }[]): () => CpuShares {
  const server = bench.serverPid();
  const now = () => ({
    atMs: performance.now(),
    server: useOf(server)?.cpuMs,
    postgres: treeCpuMs(bench.database.pid),
    load: load.map(({ pid }) => useOf(pid)?.cpuMs ?? Number.NaN).reduce((sum, each) => sum + each, 0),
  });
  const before = now();
  return () => {
    const after = now();
    const share = (key: 'server' | 'postgres' | 'load') => {
      const used = (after[key] ?? Number.NaN) - (before[key] ?? Number.NaN);
      return Number.isNaN(used) ? null : (used / (after.atMs - before.atMs)) * 100;
    };
    return { server: share('server'), postgres: share('postgres'), load: share('load') };
  };
}
