import { openStackDatabase, type StackDatabase } from '@carillon/stack/stack-database';
import { type DashboardPage, dashboardPages } from './dashboard-pages.js';
import { fillHistory } from './history-fill.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

/** At once: a call of `apply` is one transaction over all hosts. */
const jobsPerApply = 100;

export interface DashboardBenchOptions {
  readonly repository: string;
  readonly hosts: number;
  readonly jobs: number;
  readonly runs: number;
  /** How often each page is opened. */
  readonly rounds: number;
  readonly onProgress: (text: string) => void;
}

/** How long the answers of one page take, all asked at once, in ms. */
export interface PageFigures {
  readonly p50: number;
  readonly p95: number;
  /** The p95 of the same page of a product in which there is next to nothing. */
  readonly baseline: number;
  readonly ratio: number;
}

/** Figures of `bench dashboard`. */
export interface DashboardFigures {
  readonly name: 'dashboard';
  readonly hosts: number;
  readonly jobs: number;
  readonly runs: number;
  readonly fillSeconds: number;
  readonly pages: Readonly<Record<string, PageFigures>>;
  /** Of all pages together. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of the slowest page. */
  readonly slowestP95Ms: number;
  readonly baseline: number;
  readonly ratio: number;
}

const days = 30;
const jobsPerHost = 20;
const incidents = 2_000;
/** The first of a kind loads pages and plans: what a server that has been up for a minute has behind it. */
const warmUps = 3;

/** How fast the pages of the dashboard have their answers, with a large fleet and its history behind them and without. */
export function benchDashboard(options: DashboardBenchOptions): Promise<DashboardFigures> {
  return withFilledStack(options, async (stack, world) => {
    const full = await measurePages(stack, world.pages, options);
    const names = Object.keys(full.byPage);
    const pages = Object.fromEntries(
      names.map((name) => {
        const { p50, p95 } = full.byPage[name] ?? nothing;
        const baseline = world.baseline.byPage[name]?.p95 ?? Number.NaN;
        return [name, { p50, p95, baseline, ratio: p95 / baseline }];
      }),
    );
    const { hosts, jobs, runs } = options;
    const baseline = world.baseline.all.p95;
    return {
      ...{ name: 'dashboard' as const, hosts, jobs, runs, fillSeconds: world.fillSeconds, pages },
      ...{ p50Ms: full.all.p50, p95Ms: full.all.p95 },
      slowestP95Ms: Math.max(...Object.values(pages).map(({ p95 }) => p95)),
      ...{ baseline, ratio: full.all.p95 / baseline },
    };
  });
}

interface Measured {
  readonly byPage: Readonly<Record<string, Quantiles>>;
  readonly all: Quantiles;
}

export interface FilledWorld {
  readonly pages: readonly DashboardPage[];
  /** Of the same product before it was filled. */
  readonly baseline: Measured;
  readonly fillSeconds: number;
}

const nothing: Quantiles = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN };

/** Lends a private stack with so much in it to a piece of work. */
export function withFilledStack<Result>(
  options: DashboardBenchOptions,
  work: (stack: PrivateStack, world: FilledWorld) => Promise<Result>,
): Promise<Result> {
  const { repository, hosts, jobs, runs, onProgress } = options;
  return withPrivateStack(
    repository,
    onProgress,
    async (stack) => {
      const database = await openStackDatabase(stack.folder);
      try {
        const nowMs = Date.now();
        await applyJobs(stack, 0, 1);
        await fillHistory(database, { runs: 40, hosts: 1, days: 1 }, () => undefined);
        const few = dashboardPages(await namesIn(database), nowMs);
        const baseline = await measurePages(stack, few, options);
        await database.rows(
          'TRUNCATE run, run_output, run_bad, run_hour, run_job_hour, run_fleet_hour, assignment, agent_session, host CASCADE',
        );
        const startedMs = performance.now();
        onProgress(`writing ${jobs} jobs`);
        for (let from = 1; from < jobs; from += jobsPerApply)
          await applyJobs(stack, from, Math.min(jobs, from + jobsPerApply));
        const hostsPerJob = Math.max(1, Math.min(hosts, Math.round((jobsPerHost * hosts) / jobs)));
        await fillHistory(database, { runs, hosts, days, hostsPerJob }, onProgress);
        await addIncidents(database);
        const fillSeconds = (performance.now() - startedMs) / 1_000;
        const pages = dashboardPages(await namesIn(database), nowMs);
        return await work(stack, { pages, baseline, fillSeconds });
      } finally {
        await database.close();
      }
    },
    { localAgent: false },
  );
}

async function measurePages(
  { api }: PrivateStack,
  pages: readonly DashboardPage[],
  { rounds, onProgress }: Pick<DashboardBenchOptions, 'rounds' | 'onProgress'>,
): Promise<Measured> {
  const byPage: Record<string, Quantiles> = {};
  const all: number[] = [];
  for (const { name, paths } of pages) {
    const times: number[] = [];
    for (let turn = -warmUps; turn < rounds; turn += 1) {
      const startedMs = performance.now();
      await Promise.all(paths(turn + warmUps).map((path) => api.call('GET', path)));
      if (turn >= 0) times.push(performance.now() - startedMs);
    }
    all.push(...times);
    byPage[name] = quantilesOf(times);
    onProgress(`${name}: p95 ${Math.round(byPage[name].p95)} ms`);
  }
  return { byPage, all: quantilesOf(all) };
}

async function applyJobs({ api }: PrivateStack, from: number, to: number): Promise<void> {
  const documents = Array.from({ length: to - from }, (_, index) => jobFile(from + index));
  await api.call('POST', '/apply', { documents, allowNoHosts: true });
}

/** Most run once a day, at all times of it; every tenth each hour. */
function jobFile(number: number): unknown {
  const hour = number % 10 === 0 ? '*' : String(number % 24);
  return {
    kind: 'Job',
    name: `page-${String(number).padStart(4, '0')}`,
    owner: `team-${number % 12}`,
    targets: { labels: { nobody: 'yes' } },
    schedule: `${number % 60} ${hour} * * *`,
    run: { program: 'backup.exe' },
  };
}

async function namesIn(database: StackDatabase) {
  const names = async (sql: string) => (await database.rows<{ name: string }>(sql)).map(({ name }) => name);
  const jobs = await names('SELECT name FROM job ORDER BY md5(name) LIMIT 100');
  const hosts = await names('SELECT name FROM host ORDER BY md5(name) LIMIT 100');
  const runs = await names('SELECT id::text AS name FROM run ORDER BY id DESC LIMIT 100');
  const pick = (list: readonly string[]) => (turn: number) => list[(turn * 7) % list.length] ?? '';
  return { job: pick(jobs), host: pick(hosts), run: pick(runs) };
}

/** Most of them over, one in fifty not. */
async function addIncidents(database: StackDatabase): Promise<void> {
  await database.rows(
    `INSERT INTO incident (id, key, state, severity, title, policy, opened_at, updated_at, resolved_at, spread)
     SELECT gen_random_uuid(), 'bench ' || i, CASE WHEN i % 50 = 0 THEN 'firing' ELSE 'resolved' END,
       (ARRAY['low', 'medium', 'high'])[i % 3 + 1], 'job ' || i || ': 3 runs failed in a row', 'failing', at, at,
       CASE WHEN i % 50 = 0 THEN NULL ELSE at + interval '1 hour' END,
       '{"firing":1,"total":1,"hosts":1,"jobs":1,"hostsOfJob":null,"byExitCode":{"1":1},"byVersion":{"1":1},"byLabel":{},"examples":["made-1"]}'
     FROM generate_series(1, $1::int) AS i CROSS JOIN LATERAL (SELECT now() - i * interval '20 minutes' AS at) AS t`,
    [incidents],
  );
  await database.rows('VACUUM ANALYZE incident');
}
