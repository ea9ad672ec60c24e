import { dueRuns, planHosts } from '../drill-plan.js';
import type { DrilledScenario, DrillResult } from '../drill-result.js';
import { type CentreRun, type HostRun, judgeScenario, type ScenarioFacts } from '../judge-drill.js';

const startedMs = Date.parse('2026-03-01T12:00:00Z');
const hosts = planHosts({ key: 'site', value: 'berlin' }, 2);
const due = dueRuns({ jobs: [{ name: 'agent-stop-1', dueSeconds: [0, 5, 10] }] }, hosts, startedMs);
const endMs = 1_000;

/** Every due run happened once on its host, and one more was ordered there. */
const ledger: readonly HostRun[] = [
  ...due.map(({ host, job, at }, index) => hostRun(`run-${index}`, host, job, at, Date.parse(at))),
  hostRun('run-ordered', 'berlin-1', 'agent-stop-1', null, startedMs + 7_000),
];

function hostRun(runId: string, host: string, job: string, scheduledFor: string | null, atMs: number): HostRun {
  const end = { finishedAt: new Date(atMs + endMs).toISOString(), state: 'succeeded', exitCode: 0, stdoutSha256: 'aa' };
  return { runId, host, job, jobId: job, scheduledFor, startedAt: new Date(atMs).toISOString(), end };
}

export function recordedAs({ runId, host, job, scheduledFor, startedAt, end }: HostRun): CentreRun {
  const state = end?.state ?? 'running';
  const rest = { finishedAt: end?.finishedAt ?? null, exitCode: end?.exitCode ?? null };
  return { id: runId, host, job, scheduledFor, startedAt, state, ...rest, stdoutSha256: end?.stdoutSha256 ?? null };
}

/** A scenario in which nothing was missed: struck after 2 s, healed after 8 s, known after 9 s. */
export function sampleFacts(change: Partial<ScenarioFacts> = {}): ScenarioFacts {
  return {
    ...{ scenario: 'agent-stop', hosts, due, ledger, startedMs },
    ...{ struckMs: startedMs + 2_000, healedMs: startedMs + 8_000, caughtUpMs: startedMs + 9_000 },
    recorded: ledger.map(recordedAs),
    seenMs: new Map(
      ledger.map(({ runId, host, end }) => {
        const endedMs = Date.parse(end?.finishedAt ?? '');
        const isLate = host === 'berlin-1' && endedMs > startedMs + 2_000;
        return [runId, isLate ? Math.max(endedMs, startedMs + 9_000) : endedMs + 500];
      }),
    ),
    orders: [
      {
        ...{ host: 'berlin-1', job: 'agent-stop-1', askedMs: 3_000 },
        answer: { kind: 'taken', state: 'done', code: null, runId: 'run-ordered' },
      },
    ],
    reconnects: { struck: 1, control: 0 },
    ...change,
  };
}

export function sampleDrill(facts: Partial<ScenarioFacts> = {}, more: Partial<DrilledScenario> = {}): DrillResult {
  const timeline = [{ afterMs: 2_000, text: 'agents killed: berlin-1' }];
  return {
    ...{ version: '0.1.0', label: { key: 'site', value: 'berlin' }, hosts, jobs: 1, faultSeconds: 6, seed: 7 },
    ...{ startedAt: '2026-03-01T11:59:30.000Z', durationMs: 60_000 },
    scenarios: [{ ...judgeScenario(sampleFacts(facts)), timeline, incidents: [], ...more }],
    skipped: [{ scenario: 'redis-loss', why: 'no redis-server on the PATH' }],
  };
}
