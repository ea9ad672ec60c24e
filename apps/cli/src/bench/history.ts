import { openStackDatabase, type StackDatabase } from '@carillon/stack/stack-database';
import { fillHistory } from './history-fill.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

export interface HistoryBenchOptions {
  readonly repository: string;
  readonly runs: number;
  readonly onProgress: (text: string) => void;
}

/** What people look at, and how long the API takes, in ms. */
export interface HistoryReads {
  readonly overview: Quantiles;
  readonly jobList: Quantiles;
  readonly jobRuns: Quantiles;
  readonly hostRuns: Quantiles;
  readonly failures: Quantiles;
  /** Failures of one job or host, most of which have none to speak of. */
  readonly failuresOfOne: Quantiles;
  /** For words that few runs said, in the last week. */
  readonly rareOutput: Quantiles;
  /** For words that nearly every run said. */
  readonly commonOutput: Quantiles;
}

/** Figures of `bench history`. */
export interface HistoryFigures {
  readonly name: 'history';
  readonly runs: number;
  readonly hosts: number;
  readonly days: number;
  readonly fillSeconds: number;
  /** All tables with their indexes. */
  readonly storedBytesPerRun: number;
  readonly readMs: HistoryReads;
  /** All of these reads together. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** The p95 of fifty rows by a job's index, asked of Postgres alone. */
  readonly baseline: number;
  /** A job's runs through the API over that. */
  readonly ratio: number;
}

const jobs = 50;
const hosts = 1_000;
const days = 30;
const reads = 40;
/** The first of a kind loads pages and plans: what a server that has been up for a minute has behind it. */
const warmUps = 3;

/** How fast a long history is read: fills the database of a private stack by SQL and asks the real API. */
export function benchHistory({ repository, runs, onProgress }: HistoryBenchOptions): Promise<HistoryFigures> {
  return withPrivateStack(
    repository,
    onProgress,
    async (stack) => {
      const database = await openStackDatabase(stack.folder);
      try {
        return await measureHistory(stack, database, runs, onProgress);
      } finally {
        await database.close();
      }
    },
    { localAgent: false },
  );
}

async function measureHistory(
  { api }: PrivateStack,
  database: StackDatabase,
  runs: number,
  onProgress: (text: string) => void,
): Promise<HistoryFigures> {
  await api.call('POST', '/apply', {
    documents: Array.from({ length: jobs }, (_, n) => jobFile(n)),
    allowNoHosts: true,
  });
  const startedMs = performance.now();
  await fillHistory(database, { runs, hosts, days }, onProgress);
  const fillSeconds = (performance.now() - startedMs) / 1_000;
  onProgress('reading');
  const all: number[] = [];
  const read = async (pathOf: (turn: number) => string): Promise<Quantiles> => {
    const times: number[] = [];
    for (let turn = -warmUps; turn < reads; turn += 1) {
      const at = performance.now();
      await api.call('GET', pathOf(Math.abs(turn)));
      if (turn >= 0) times.push(performance.now() - at);
    }
    all.push(...times);
    return quantilesOf(times);
  };
  const since = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const job = (turn: number) => `history-${(turn * 7) % jobs}`;
  const host = (turn: number) => `made-${1 + ((turn * 37) % hosts)}`;
  const readMs: HistoryReads = {
    overview: await read(() => '/overview'),
    jobList: await read(() => '/jobs'),
    jobRuns: await read((turn) => `/runs?job=${job(turn)}`),
    hostRuns: await read((turn) => `/runs?host=${host(turn)}`),
    failures: await read((turn) => (turn % 2 ? `/runs?bad=true&since=${since}` : '/runs?state=failed')),
    failuresOfOne: await read((turn) => `/runs?bad=true&${turn % 2 ? `job=${job(turn)}` : `host=${host(turn)}`}`),
    rareOutput: await read((turn) => `/runs?since=${since}&outputContains=orders_${(turn * 113) % 5_000}.csv`),
    commonOutput: await read(() => `/runs?since=${since}&outputContains=${encodeURIComponent('0 errors')}`),
  };
  const baseline = await bareReads(database);
  const { p50, p95, p99 } = quantilesOf(all);
  return {
    ...{ name: 'history', runs, hosts, days, fillSeconds, storedBytesPerRun: await bytesPerRun(database), readMs },
    ...{ p50Ms: p50, p95Ms: p95, p99Ms: p99, baseline, ratio: readMs.jobRuns.p95 / baseline },
  };
}

function jobFile(number: number): unknown {
  const targets = { labels: { nobody: 'yes' } };
  return { kind: 'Job', name: `history-${number}`, targets, schedule: '0 * * * *', run: { program: 'backup.exe' } };
}

async function bareReads(database: StackDatabase): Promise<number> {
  const ids = await database.rows<{ id: string }>('SELECT id FROM job ORDER BY name');
  const times: number[] = [];
  for (let turn = -warmUps; turn < reads; turn += 1) {
    const at = performance.now();
    const id = ids[Math.abs(turn * 7) % ids.length]?.id;
    await database.rows('SELECT * FROM run WHERE job_id = $1 ORDER BY id DESC LIMIT 50', [id]);
    if (turn >= 0) times.push(performance.now() - at);
  }
  return quantilesOf(times).p95;
}

async function bytesPerRun(database: StackDatabase): Promise<number> {
  const [row] = await database.rows<{ bytes: number }>(
    `SELECT (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace)::float8 / (SELECT count(*) FROM run) AS bytes`,
  );
  return row?.bytes ?? Number.NaN;
}
