import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { LedgerRun } from '@carillon/contract/fleet/messages';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { randomFrom } from '@carillon/core/random/random-from';
import type { PrivateStack } from '../bench/private-stack.js';
import { type ChaosCount, makeChaos } from './chaos.js';
import { type Comparison, compareRuns } from './compare.js';
import { FleetProcess } from './fleet-process.js';
import { applyJobs, joinToken, type Place } from './place.js';

export interface SimulationOptions {
  readonly hosts: number;
  /** Made for the hosts, and taken away afterwards; 0: they run what the server has for them. */
  readonly jobs: number;
  /** How long they work once all have joined; undefined: until interrupted. */
  readonly seconds: number | undefined;
  readonly failureRate: number;
  readonly seed: number;
  /** How often a host starts one of its jobs, on average. */
  readonly everySeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The stack whose server is killed meanwhile. */
  readonly chaos?: Pick<PrivateStack, 'crashServer'> | undefined;
  readonly verify: boolean;
}

export interface SimulationFigures extends Partial<Omit<Comparison, 'examples'>> {
  readonly hosts: number;
  readonly jobs: number;
  readonly seed: number;
  readonly joinSeconds: number;
  readonly chaos?: ChaosCount;
  /** Hosts that still hold something which the server has not acked. */
  readonly undelivered?: number;
  readonly examples?: readonly string[];
}

export interface SimulationWorld {
  readonly repository: string;
  readonly onProgress: (text: string) => void;
  /** Ends the simulation before its time. */
  readonly signal: AbortSignal;
  /** After the hosts came to rest, before the comparison: what a test breaks here must be found. */
  readonly beforeComparing?: (() => Promise<void>) | undefined;
}

const longestRunMs = 3_000;
const joinLimitMs = (hosts: number) => 60_000 + hosts * 50;
const restLimitMs = 90_000;
/** Of a timer of Node. */
const longestWaitMs = 2 ** 31 - 1;
const spareMinutes = 10;
const longestMinutes = 7 * 24 * 60;

/** Lets a fleet join, gives it jobs, lets it work, and compares what happened with what the centre recorded. */
export async function simulateFleet(
  place: Place,
  options: SimulationOptions,
  world: SimulationWorld,
): Promise<SimulationFigures> {
  const { hosts, jobs, seconds, seed, failureRate, chaos, verify } = options;
  const { onProgress, signal } = world;
  const prefix = `sim-${Math.random().toString(36).slice(2, 6)}`;
  const names = Array.from({ length: jobs }, (_, index) => `${prefix}-job-${index + 1}`);
  const folder = mkdtempSync(join(tmpdir(), 'carillon-ledger-'));
  const ledgerFile = verify ? join(folder, 'ledger.jsonl') : null;
  const expiresInMinutes = Math.min(
    longestMinutes,
    seconds === undefined ? longestMinutes : Math.ceil(seconds / 60) + spareMinutes,
  );
  const labels = { ...options.labels, ...(jobs > 0 ? { simulation: prefix } : {}) };
  const token = await joinToken(place, { uses: hosts, expiresInMinutes, labels });
  const { joiningAtOnce } = place;
  const startedMs = Date.now();
  const fleet = FleetProcess.start(world.repository, {
    ...{ server: place.url, token: token.token, hosts, prefix, seed, failureRate, longestRunMs, joiningAtOnce },
    realReconnect: false,
    ledgerFile,
  });
  const tellJoined = tellProgress(fleet, onProgress);
  try {
    // 1. All join, and get their jobs.
    const joinSeconds = ((await fleet.untilOnline({ limitMs: joinLimitMs(hosts), signal })) - startedMs) / 1_000;
    if (jobs > 0) {
      const applied = fleet.untilApplied(jobs, { limitMs: joinLimitMs(hosts), signal });
      await Promise.all([
        applied,
        applyJobs(
          place,
          names.map((name) => jobOf(name, prefix)),
        ),
      ]);
      onProgress(`${jobs} jobs are registered on ${hosts} hosts`);
      fleet.tell({ kind: 'fire', everyMs: options.everySeconds * 1_000 });
    }

    // 2. They work.
    const over = new AbortController();
    const trouble = chaos ? makeChaos(chaos, fleet, randomFrom(seed), over.signal) : undefined;
    // Awaited below; if it breaks before, it is not forgotten until then.
    trouble?.catch(() => undefined);
    try {
      await work(fleet, seconds, signal);
    } finally {
      over.abort();
    }
    const figures = { hosts, jobs, seed, joinSeconds, ...(trouble ? { chaos: await trouble } : {}) };
    if (!verify) return figures;

    // 3. They come to rest, and both sides are compared.
    onProgress('nothing starts any more; waiting until the hosts have told everything');
    const { undelivered } = await fleet.quiesce(restLimitMs, signal);
    await world.beforeComparing?.();
    return { ...figures, ...compareRuns(readLedger(ledgerFile ?? ''), await place.recordedRuns(names)), undelivered };
  } finally {
    tellJoined();
    await fleet.stop();
    rmSync(folder, { recursive: true, force: true });
    if (!place.isPrivate) await tidy(place, token.id, names, onProgress);
  }
}

/** For its time, or until somebody ends it; a fleet that breaks ends it too. */
async function work(fleet: FleetProcess, seconds: number | undefined, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const broken = fleet.until(() => undefined, { limitMs: longestWaitMs, what: () => 'the end', signal: either });
  const time = seconds === undefined ? broken : wait(seconds * 1_000, undefined, { signal: either });
  try {
    await Promise.race([broken, time]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    done.abort();
    await Promise.allSettled([broken, time]);
  }
}

function tellProgress(fleet: FleetProcess, onProgress: (text: string) => void): () => void {
  const { hosts } = fleet.options;
  const startedMs = Date.now();
  const seen = new Set<string>();
  return fleet.listen((report) => {
    if (report.kind !== 'online' || seen.has(report.host)) return;
    seen.add(report.host);
    if (seen.size % Math.max(50, Math.ceil(hosts / 10)) === 0 || seen.size === hosts)
      onProgress(`${seen.size} of ${hosts} hosts online after ${((Date.now() - startedMs) / 1_000).toFixed(1)} s`);
  });
}

/** Every minute, and when Windows logs something that simulated hosts log all the time. */
function jobOf(name: string, prefix: string): unknown {
  const schedule = [{ cron: '* * * * *' }, { on: { event: { log: 'Application', source: prefix, id: 1 } } }];
  return {
    kind: 'Job',
    name,
    targets: { labels: { simulation: prefix } },
    schedule,
    run: { program: 'simulated.exe' },
  };
}

function readLedger(path: string): LedgerRun[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerRun);
}

/** What cannot be taken away is said: it stays on somebody's server. */
async function tidy(
  place: Place,
  tokenId: string,
  jobs: readonly string[],
  onProgress: (text: string) => void,
): Promise<void> {
  const failed = (what: string) => (error: unknown) =>
    onProgress(`${what} could not be removed: ${error instanceof Error ? error.message : String(error)}`);
  await place.call(hostRoutes.revokeToken, { id: tokenId }).catch(failed(`the token ${tokenId}`));
  for (const name of jobs) await place.call(jobRoutes.remove, { name }).catch(failed(`the job ${name}`));
}
