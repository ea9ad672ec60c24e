import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { programsOf } from '@carillon/stack/programs';
import { findRedis, startRedis } from '@carillon/stack/redis-server';
import { untilInSync } from './in-sync.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

export interface RunNowFigures {
  readonly name: 'runnow';
  readonly rounds: number;
  /** From the command at the API to the program's own first act, with the real agent, Task Scheduler and runner. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** The same, started through Task Scheduler on the host itself, p50. */
  readonly baseline: number;
  readonly ratio: number;
  /** With Redis beside the server, and after it was stopped; null where there is no Redis to be found. */
  readonly withRedis: Quantiles | null;
  readonly redisDown: Quantiles | null;
}

export interface RunNowOptions {
  readonly repository: string;
  readonly rounds: number;
  readonly onProgress: (text: string) => void;
}

const startMs = 60_000;
const job = 'run-now';

/** Orders the centre to run a job, again and again, on the one host of a product of its own. */
export async function benchRunNow(options: RunNowOptions): Promise<RunNowFigures> {
  const { rounds, repository, onProgress } = options;
  const folder = mkdtempSync(join(tmpdir(), 'carillon-runnow-'));
  const ledger = join(folder, 'starts.txt');
  writeFileSync(ledger, '');
  try {
    const alone = await withPrivateStack(repository, onProgress, async (stack, signal) => {
      await giveJob(stack, ledger, signal);
      onProgress(`${rounds} times each: by command, and through Task Scheduler alone`);
      const ordered: number[] = [];
      const local: number[] = [];
      // By turns, so that a busy machine slows both.
      for (let round = 0; round < rounds; round += 1) {
        ordered.push(await timeToStart(ledger, () => order(stack), signal));
        local.push(await timeToStart(ledger, () => startLocally(repository, stack), signal));
      }
      return { ordered: quantilesOf(ordered), local: quantilesOf(local) };
    });
    const { up = null, down = null } = await withRedis(options, ledger, folder);
    const { p50, p95, p99 } = alone.ordered;
    return {
      name: 'runnow',
      rounds,
      ...{ p50Ms: p50, p95Ms: p95, p99Ms: p99 },
      baseline: alone.local.p50,
      ratio: p50 / alone.local.p50,
      withRedis: up,
      redisDown: down,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withRedis(
  { repository, rounds, onProgress }: RunNowOptions,
  ledger: string,
  folder: string,
): Promise<{ up?: Quantiles; down?: Quantiles }> {
  const found = findRedis(join(repository, '.cache/redis'));
  if (found.kind === 'missing') {
    onProgress(`not measured with Redis: ${found.why}`);
    return {};
  }
  const redis = await startRedis(found, join(folder, 'redis'));
  let running = true;
  const stop = async () => {
    if (running) await redis.stop();
    running = false;
  };
  try {
    return await withPrivateStack(
      repository,
      onProgress,
      async (stack, signal) => {
        await giveJob(stack, ledger, signal);
        const measure = async () => {
          const times: number[] = [];
          for (let round = 0; round < rounds; round += 1)
            times.push(await timeToStart(ledger, () => order(stack), signal));
          return quantilesOf(times);
        };
        onProgress(`${rounds} times with Redis`);
        const up = await measure();
        await stop();
        onProgress(`${rounds} times after Redis was stopped`);
        return { up, down: await measure() };
      },
      { localAgent: true, redisUrl: redis.url },
    );
  } finally {
    await stop();
  }
}

async function giveJob(stack: PrivateStack, ledger: string, signal: AbortSignal): Promise<void> {
  await stack.api.call('POST', '/apply', { documents: [jobOf(ledger)] });
  await untilInSync(stack, signal);
}

/** Its program writes down when it began. */
function jobOf(ledger: string): unknown {
  const script = `require('node:fs').appendFileSync(${JSON.stringify(ledger)}, Date.now() + '\\n')`;
  const run =
    process.platform === 'win32'
      ? { program: process.execPath, arguments: ['-e', script] }
      : { program: '/bin/sh', arguments: ['-c', `date +%s%3N >> '${ledger}'`] };
  // A start that no command and no time explains counts as the signal's.
  const schedule = [{ cron: '0 4 1 1 *' }, { on: 'logon' }];
  return { kind: 'Job', name: job, targets: { all: true }, schedule, onOverlap: 'parallel', run };
}

async function order({ api }: PrivateStack): Promise<void> {
  await api.call('POST', `/jobs/${job}/run`, {});
}

async function startLocally(repository: string, { folder }: PrivateStack): Promise<void> {
  const args = [programsOf(repository).schtasks, '--store', folder.taskStore, '/run', '/tn', `\\Carillon\\${job}`];
  await promisify(execFile)(process.execPath, args);
}

/** @returns ms from just before the act to the program's own first act */
async function timeToStart(ledger: string, act: () => Promise<void>, signal: AbortSignal): Promise<number> {
  const before = statSync(ledger).size;
  const startedMs = Date.now();
  await act();
  while (statSync(ledger).size === before) {
    if (Date.now() - startedMs > startMs) throw new Error(`the program did not start within ${startMs / 1_000} s`);
    await wait(5, undefined, { signal });
  }
  const [atMs] = readFileSync(ledger, 'utf8').slice(before).split('\n');
  return Number(atMs) - startedMs;
}
