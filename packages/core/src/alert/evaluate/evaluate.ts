import { isRunUnderWay } from '../../state/states.js';
import type { AlertKey, AlertTransition } from '../alert.js';
import { needsOutput } from '../conditions/condition.js';
import { findInOutput, type OutputFinding } from '../conditions/find-in-output.js';
import { judgeHost, judgeTask } from '../conditions/judge-host.js';
import { judgeRun, type RunFactsNow, type Verdict } from '../conditions/judge-run.js';
import type { HostSignal, MissedSignal, RunSignal, Signal, SpoolSignal, SystemSignal, TaskSignal } from '../signal.js';
import { Decisions } from './decisions.js';
import { afterMissed, afterRun, emptyMemory, type Told } from './memory.js';
import { flapResults, isBad, isGood, type Result, type Series, withCount, withResult } from './series.js';
import { traitsOf } from './traits.js';
import {
  type AlertMemory,
  type AlertRow,
  type HostNow,
  type JobNow,
  type PolicyNow,
  pairOf,
  type World,
} from './world.js';

/** What the evaluation of a batch leaves behind. */
export interface Evaluation {
  /** Series that changed, by pair of job and host; null: it need not be kept. */
  readonly series: ReadonlyMap<string, Series | null>;
  /** Jobs whose minutes changed. */
  readonly minutes: ReadonlySet<string>;
  /** Rows of alerts to be written, in order. */
  readonly alerts: readonly AlertRow[];
  /** Ids of alerts that are no longer needed; they go before the others are written. */
  readonly gone: readonly string[];
  readonly transitions: readonly AlertTransition[];
}

/**
 * Decides what a batch of signals, in their order, means for alerts. Pure but for the maps of the world, which hold the
 * state: one evaluator at a time has them.
 */
export class Evaluator {
  private readonly decisions: Decisions;
  private readonly changedSeries = new Set<string>();
  private readonly changedMinutes = new Set<string>();
  /** Of rates over all hosts, by job. */
  private readonly longestWindows = new Map<string, number>();

  constructor(private readonly world: World) {
    this.decisions = new Decisions(world);
  }

  result(): Evaluation {
    const { changed, gone, transitions } = this.decisions;
    const series = new Map([...this.changedSeries].map((pair) => [pair, this.seriesToKeep(pair)]));
    return { series, minutes: this.changedMinutes, alerts: [...changed.values()], gone: [...gone], transitions };
  }

  signal(signal: Signal): void {
    switch (signal.kind) {
      case 'run':
        this.run(signal);
        break;
      case 'missed':
        this.missed(signal);
        break;
      case 'host':
      case 'spool':
        this.host(signal);
        break;
      case 'task':
        this.task(signal);
        break;
      case 'system':
        this.system(signal);
        break;
    }
  }

  /** Time has passed for an alert: what it waits for may be over, or there. */
  wake(row: AlertRow): void {
    const { key } = row.alert;
    const current = this.decisions.rowOf(key);
    const policy = this.world.policies.get(key.policy);
    if (!current || current.alert.id !== row.alert.id || key.policy === systemPolicy.key) return;
    if (!policy || !this.looksAt(policy, key)) {
      this.decisions.retire(current, { code: 'not_watched', text: 'no policy looks at it any more' });
      return;
    }
    const { memory } = current;
    if (key.jobId === null) this.wakeHost(policy, key, memory);
    else if (key.hostId === null) this.wakeJobWide(policy, { ...key, jobId: key.jobId }, memory);
    else this.decisions.decide(policy, key, { told: this.askRuns(policy, key, memory, null), memory });
  }

  /** From now on a policy waits for a success of a job on a host, as if there had been one at `lastSuccessMs`. */
  arm(policy: PolicyNow, jobId: string, hostId: string, lastSuccessMs: number): void {
    const key: AlertKey = { policy: policy.key, jobId, hostId, what: '' };
    const memory: AlertMemory = { ...this.decisions.memoryOf(key), lastSuccessMs };
    this.decisions.decide(policy, key, { told: this.askRuns(policy, key, memory, null), memory });
  }

  private run(signal: RunSignal): void {
    const { jobId, hostId, runId, run } = signal;
    const { job, host } = this.find(jobId, hostId);
    if (!job || !host) return;
    const policies = this.world.policies.pair(job, host);
    const underWay = isRunUnderWay(run.state);
    const result: Result = {
      runId,
      atMs: run.scheduledForMs ?? run.startedMs,
      state: run.state,
      exitCode: run.exitCode,
      durationMs: run.durationMs,
    };
    const isNews = !underWay && this.addResult(pairOf(jobId, hostId), result);
    if (isNews) this.countJobWide(job, result, run.finishedMs ?? signal.atMs);
    const isNewest = this.decisions.seriesOf({ jobId, hostId }).at(-1)?.runId === runId;
    // Nearly always nothing fires or waits for the pair, and all policies are asked about the same.
    const isKnown = this.decisions.hasRows(jobId, hostId);
    const fresh = this.factsOf(jobId, hostId, afterRun(emptyMemory, signal, result, underWay), null);
    for (const policy of policies) {
      if (!isKnown && !traitsOf(policy).output && !saysAnything(policy, fresh)) continue;
      const key: AlertKey = { policy: policy.key, jobId, hostId, what: '' };
      const memory = afterRun(this.decisions.memoryOf(key), signal, result, underWay);
      const told = this.askRuns(policy, key, memory, isNewest ? this.findingOf(policy, runId) : null);
      this.decisions.decide(policy, key, { told, memory, runId, result: isNews ? result : null });
    }
    if (!isNews) return;
    for (const policy of policies)
      if (traitsOf(policy).jobWide.length > 0) this.decideJobWide(policy, jobId, runId, result);
  }

  private missed(signal: MissedSignal): void {
    const { jobId, hostId, runId } = signal;
    const { job, host } = this.find(jobId, hostId);
    if (!job || !host) return;
    for (const policy of this.world.policies.pair(job, host)) {
      if (!policy.conditions.some(({ kind }) => kind === 'missed')) continue;
      const key: AlertKey = { policy: policy.key, jobId, hostId, what: '' };
      const row = this.decisions.rowOf(key);
      const memory = afterMissed(this.decisions.memoryOf(key), signal);
      const told = this.askRuns(policy, key, memory, null);
      // That it ran after all is seen; what else the alert fires for has to be answered by runs.
      const isAmended = signal.verdict !== 'missed' && signal.verdict !== 'host_unknown';
      const seen = isAmended && row?.facts.condition === 'missed' ? { seenOver: true } : {};
      this.decisions.decide(policy, key, { told, memory, runId, ...seen });
    }
  }

  private host(signal: HostSignal | SpoolSignal): void {
    const host = this.world.hosts.get(signal.hostId);
    if (!host) return;
    for (const policy of this.world.policies.host(host)) this.askHost(policy, host.id, signal, null);
  }

  private task(signal: TaskSignal): void {
    const { jobId, hostId } = signal;
    const { job, host } = this.find(jobId, hostId);
    if (!job || !host) return;
    for (const policy of this.world.policies.pair(job, host)) {
      const told = policy.conditions.flatMap((condition): Told[] => {
        const verdict = judgeTask(condition, signal);
        return verdict ? [[condition.kind, verdict]] : [];
      });
      const key: AlertKey = { policy: policy.key, jobId, hostId, what: taskPart };
      if (told.length > 0)
        this.decisions.decide(policy, key, { told, memory: this.decisions.memoryOf(key), seenOver: true });
    }
  }

  private system({ part, ok, code, text }: SystemSignal): void {
    const key: AlertKey = { policy: systemPolicy.key, jobId: null, hostId: null, what: part };
    const verdict: Verdict = { holds: !ok, reason: { code, text, figures: { part } }, wakeMs: null };
    const memory = this.decisions.memoryOf(key);
    this.decisions.decide(systemPolicy, key, { told: [['system', verdict]], memory, seenOver: true });
  }

  private wakeHost(policy: PolicyNow, key: AlertKey, memory: AlertMemory): void {
    if (key.hostId === null) return;
    this.askHost(policy, key.hostId, null, key.what);
    // Conditions of another part had nothing to say; what waits goes on by its time.
    const row = this.decisions.rowOf(key);
    if (row?.alert.wakeMs !== null && row?.memory === memory) this.decisions.decide(policy, key, { told: [], memory });
  }

  private wakeJobWide(policy: PolicyNow, key: AlertKey & { readonly jobId: string }, memory: AlertMemory): void {
    const told = this.askJobWide(policy, key.jobId);
    // The share has gone below, and there were runs to tell.
    const seenOver = told.every(([, { holds, reason }]) => !holds && Number(reason.figures?.runs ?? 0) > 0);
    this.decisions.decide(policy, key, { told, memory, seenOver });
  }

  /** @param part null: whatever the signal is about */
  private askHost(
    policy: PolicyNow,
    hostId: string,
    signal: HostSignal | SpoolSignal | null,
    part: string | null,
  ): void {
    const jobs = (this.world.hosts.get(hostId)?.jobs ?? []).map(({ name }) => name);
    for (const condition of policy.conditions) {
      const what = condition.kind === 'load' ? condition.figure : '';
      if (part !== null && part !== what) continue;
      const key: AlertKey = { policy: policy.key, jobId: null, hostId, what };
      const before = this.decisions.memoryOf(key);
      const verdict = judgeHost(condition, { nowMs: this.world.nowMs, signal, memory: before, jobs });
      if (!verdict) continue;
      const memory = verdict.memory ? { ...before, ...verdict.memory } : before;
      this.decisions.decide(policy, key, { told: [[condition.kind, verdict]], memory, seenOver: true });
    }
  }

  private askRuns(
    policy: PolicyNow,
    { jobId, hostId, what }: AlertKey,
    memory: AlertMemory,
    output: OutputFinding | null,
  ): Told[] {
    if (jobId === null || hostId === null || what !== '') return [];
    const facts = this.factsOf(jobId, hostId, memory, output);
    return traitsOf(policy).runs.flatMap((condition): Told[] => {
      // Output says something of the run that wrote it; without a new one what was found stays as it was.
      if (needsOutput(condition) && output === null) return [];
      return [[condition.kind, judgeRun(condition, facts)]];
    });
  }

  private factsOf(jobId: string, hostId: string, memory: AlertMemory, output: OutputFinding | null): RunFactsNow {
    return {
      nowMs: this.world.nowMs,
      series: this.decisions.seriesOf({ jobId, hostId }),
      minutes: [],
      running: memory.running ?? [],
      lastSuccessMs: memory.lastSuccessMs ?? null,
      missed: memory.missed ?? [],
      output,
    };
  }

  private askJobWide(policy: PolicyNow, jobId: string): Told[] {
    const facts = { ...noFacts, nowMs: this.world.nowMs, minutes: this.world.minutes.get(jobId) ?? [] };
    return traitsOf(policy).jobWide.map((condition): Told => [condition.kind, judgeRun(condition, facts)]);
  }

  private decideJobWide(policy: PolicyNow, jobId: string, runId: string, result: Result): void {
    const told = this.askJobWide(policy, jobId);
    if (told.length === 0) return;
    const key: AlertKey = { policy: policy.key, jobId, hostId: null, what: '' };
    const memory = this.decisions.memoryOf(key);
    this.decisions.decide(policy, key, { told, memory, runId, result, seenOver: isGood(result) });
  }

  /** @returns whether the series is another now */
  private addResult(pair: string, result: Result): boolean {
    const series = this.world.series.get(pair) ?? [];
    const known = series.find(({ runId }) => runId === result.runId);
    if (known && known.state === result.state && known.exitCode === result.exitCode) return false;
    const next = withResult(series, result);
    if (next === series) return false;
    this.world.series.set(pair, next);
    this.changedSeries.add(pair);
    return true;
  }

  private countJobWide(job: JobNow, result: Result, atMs: number): void {
    const keepMs = this.longestWindows.get(job.id) ?? longestWindowMs(this.world.policies.job(job));
    this.longestWindows.set(job.id, keepMs);
    if (keepMs === 0) return;
    const minutes = this.world.minutes.get(job.id) ?? [];
    this.world.minutes.set(job.id, withCount(minutes, atMs, 1, isBad(result) ? 1 : 0, keepMs));
    this.changedMinutes.add(job.id);
  }

  /** As much as is looked back at; nothing where all is well and nobody needs to know what is usual. */
  private seriesToKeep(pair: string): Series | null {
    const [jobId = '', hostId = ''] = pair.split('/');
    const { job, host } = this.find(jobId, hostId);
    const policies = job && host ? this.world.policies.pair(job, host) : [];
    const needed = policies.reduce((most, policy) => Math.max(most, traitsOf(policy).needed), flapResults);
    const last = (this.world.series.get(pair) ?? []).slice(-needed);
    const isWanted = last.some(isBad) || this.decisions.hasRows(jobId, hostId);
    return isWanted || policies.some((policy) => traitsOf(policy).samples) ? last : null;
  }

  private findingOf(policy: PolicyNow, runId: string): OutputFinding | null {
    const text = this.world.outputs.get(runId);
    if (text === undefined || !traitsOf(policy).output) return null;
    const level = policy.conditions.find((condition) => condition.kind === 'logLevel');
    return findInOutput(text, { pattern: policy.pattern, atLeast: level?.atLeast ?? null });
  }

  private looksAt(policy: PolicyNow, { jobId, hostId }: AlertKey): boolean {
    const host = hostId === null ? undefined : this.world.hosts.get(hostId);
    if (jobId === null) return host !== undefined && this.world.policies.host(host).includes(policy);
    const job = this.world.jobs.get(jobId);
    if (!job) return false;
    if (hostId === null) return this.world.policies.job(job).includes(policy);
    return host !== undefined && this.world.policies.pair(job, host).includes(policy);
  }

  private find(jobId: string, hostId: string): { job: JobNow | undefined; host: HostNow | undefined } {
    return { job: this.world.jobs.get(jobId), host: this.world.hosts.get(hostId) };
  }
}

/** Tells alerts about a registered task from those about its runs. */
const taskPart = 'task';

/** What is wrong with ourselves is told by this policy, which nobody has to write. */
const systemPolicy: PolicyNow = {
  key: 'system',
  name: 'system',
  severity: 'medium',
  conditions: [],
  pattern: null,
  forMs: 0,
  resolveAfter: 1,
  scope: null,
  labels: {},
  runbook: null,
};

const noFacts = { series: [], running: [], lastSuccessMs: null, missed: [], output: null } as const;

/** Whether a policy that remembers nothing has anything to say about these facts. */
function saysAnything(policy: PolicyNow, facts: RunFactsNow): boolean {
  return traitsOf(policy).runs.some((condition) => {
    const { holds, wakeMs } = judgeRun(condition, facts);
    return holds || wakeMs !== null;
  });
}

function longestWindowMs(policies: readonly PolicyNow[]): number {
  const windows = policies.flatMap((policy) => traitsOf(policy).jobWide.map(({ windowMs }) => windowMs));
  return windows.reduce((most, windowMs) => Math.max(most, windowMs), 0);
}
