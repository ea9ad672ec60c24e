import type { RunState } from '../../../state/states.js';
import { conditionsOfPolicy } from '../../documents/alert-policy.schema.js';
import type { HostSignal, MissedSignal, RunSignal, Signal, TaskSignal } from '../../signal.js';
import { Evaluator } from '../evaluate.js';
import { PoliciesOf } from '../policies-of.js';
import type { AlertRow, PolicyNow, World } from '../world.js';

export const minute = 60_000;
export const startMs = Date.UTC(2026, 10, 26, 8);

export function policyOf(when: Record<string, unknown>, more: Partial<PolicyNow> = {}): PolicyNow {
  return {
    key: 'p',
    name: 'P',
    severity: 'low',
    conditions: conditionsOfPolicy({ when }),
    pattern: null,
    forMs: 0,
    resolveAfter: 1,
    scope: { all: true },
    labels: {},
    runbook: null,
    ...more,
  };
}

/** A world of one policy, and a clock that is moved by hand. */
export class Scene {
  readonly alerts = new Map<string, AlertRow>();
  readonly series: World['series'] = new Map();
  readonly minutes: World['minutes'] = new Map();
  readonly outputs = new Map<string, string>();
  readonly told: string[] = [];
  /** In words, beside `told`. */
  readonly reasons: string[] = [];
  nowMs = startMs;
  private ids = 0;

  constructor(private readonly policies: readonly PolicyNow[]) {}

  take(...signals: Signal[]): void {
    this.turn((evaluator) => {
      for (const signal of signals) evaluator.signal(signal);
    });
  }

  /** Moves the clock and wakes what is due. */
  pass(ms: number): void {
    this.nowMs += ms;
    const due = [...this.alerts.values()].filter(({ alert }) => (alert.wakeMs ?? Infinity) <= this.nowMs);
    this.turn((evaluator) => {
      for (const row of due) evaluator.wake(row);
    });
  }

  arm(): void {
    this.turn((evaluator) => evaluator.arm(this.policies[0] as PolicyNow, 'j', 'h', startMs));
  }

  get open(): AlertRow[] {
    return [...this.alerts.values()].filter(({ alert }) => !['ok', 'resolved'].includes(alert.state));
  }

  get states(): string[] {
    return this.open.map(({ alert }) => alert.state);
  }

  private turn(work: (evaluator: Evaluator) => void): void {
    const world: World = {
      nowMs: this.nowMs,
      policies: new PoliciesOf(this.policies),
      jobs: new Map([['j', { id: 'j', name: 'nightly', version: 1, owner: 'data', alerts: [] }]]),
      hosts: new Map(['h', 'g'].map((id) => [id, { id, name: `HOST-${id}`, labels: { env: 'prod' } }])),
      series: this.series,
      minutes: this.minutes,
      alerts: this.alerts,
      outputs: this.outputs,
      makeId: () => `id${String(++this.ids).padStart(4, '0')}`,
    };
    const evaluator = new Evaluator(world);
    work(evaluator);
    const { transitions, series } = evaluator.result();
    for (const [pair, kept] of series) {
      if (kept) this.series.set(pair, kept);
      else this.series.delete(pair);
    }
    for (const { alert, from } of transitions) {
      this.told.push(`${from}>${alert.state} ${alert.reason.code}`);
      this.reasons.push(alert.reason.text);
    }
  }
}

let count = 0;
export function run(
  at: number,
  state: RunState,
  more: Partial<RunSignal['run']> & { runId?: string; hostId?: string } = {},
): RunSignal {
  const { runId = `r${++count}`, hostId = 'h', ...facts } = more;
  const startedMs = startMs + at * minute;
  return {
    id: String(count),
    kind: 'run',
    atMs: startedMs,
    jobId: 'j',
    hostId,
    runId,
    run: {
      state,
      reason: null,
      version: 1,
      exitCode: state === 'succeeded' ? 0 : 1,
      scheduledForMs: startedMs,
      startedMs,
      finishedMs: startedMs + 1_000,
      durationMs: 1_000,
      ...facts,
    },
  };
}

export const missed = (at: number, verdict: string): MissedSignal => ({
  id: '1',
  kind: 'missed',
  atMs: startMs,
  jobId: 'j',
  hostId: 'h',
  scheduledForMs: startMs + at * minute,
  verdict,
  cause: 'host_off',
  text: 'the host was off',
  runId: null,
});
export const host = (what: HostSignal['what'], figures: Record<string, number> = {}, atMs = startMs): HostSignal => ({
  id: '1',
  kind: 'host',
  atMs,
  hostId: 'h',
  what,
  figures,
});
export const task = (what: TaskSignal['what']): TaskSignal => ({
  id: '1',
  kind: 'task',
  atMs: startMs,
  jobId: 'j',
  hostId: 'h',
  what,
  drift: null,
  text: null,
});
