import type { TaskChanged } from '@carillon/contract/agent/task-events';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { type Drift, judgeDrift } from '@carillon/core/desired/drift';
import type { Manifest } from '@carillon/core/job/job-spec';
import { readRunAs } from '@carillon/core/job/run-as';
import { type TaskFacts, taskForJob } from '@carillon/core/job/task-for-job';
import type { TaskTouch } from '@carillon/core/starts/task-touches';
import type { DriftKind } from '@carillon/core/state/states';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import type { AccountDesk } from '../accounts/account-desk.js';
import type { PutBack } from '../commands/command-desk.js';
import type { Log } from '../lib/log.js';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import type { DesiredCache, RegisteredJob } from '../state/desired-cache.js';
import { manifestHere } from '../state/manifest-here.js';
import type { ReplacedTasks } from '../sync/replaced-tasks.js';

/** Longer definitions do not travel. */
const definitionCharacters = 64 * 1024;

/** What was last reported of each job that is not as it should be, by job id. Survives a restart of the agent. */
export interface DriftMemory {
  load(): Readonly<Record<string, string>>;
  store(reported: Readonly<Record<string, string>>): void;
}

export interface DriftPorts {
  readonly scheduler: TaskScheduler;
  readonly cache: DesiredCache;
  readonly memory: DriftMemory;
  readonly replaced?: Pick<ReplacedTasks, 'switchedOn' | 'take'>;
  readonly accounts?: Pick<AccountDesk, 'prepare'>;
  readonly facts: () => TaskFacts & { readonly hostName?: string | undefined };
  /** Runs while nothing is being applied, so that a task on its way is not taken for a changed one. */
  readonly exclusively: (act: () => Promise<void>) => Promise<void>;
  readonly report: (change: TaskChanged) => void;
  /** Who made a task what it was found as, and when; null where nothing tells. */
  readonly whoChanged?: (path: string, found: DriftKind) => Promise<TaskTouch | null>;
  readonly log: Log;
}

/** What one registered job should look like. */
interface Expected {
  readonly job: RegisteredJob;
  readonly manifest: Manifest;
  readonly definition: TaskDefinition;
}

/**
 * Reads registered tasks back and compares them by meaning with what their jobs say; reports what differs and, unless
 * the job says otherwise, puts it right. The same difference is reported once for as long as it stays.
 */
export class DriftWatch {
  /** Hash of the definition that was last told, by job. */
  private readonly told = new Map<string, string>();

  constructor(private readonly ports: DriftPorts) {}

  /** Looks at all registered tasks, one after the other. Never throws: what cannot be looked at is looked at next time. */
  async look(): Promise<void> {
    const { cache, exclusively, log } = this.ports;
    this.forgetGone();
    const manifests = cache.manifests();
    for (const job of cache.registered().jobs) {
      const text = manifests.get(job.manifestHash)?.text;
      if (text === undefined) continue;
      try {
        await exclusively(() => this.check(job, manifestHere(text, this.ports.facts().hostName)));
      } catch (error) {
        log.warn('a registered task could not be looked at', { path: job.path, error: String(error) });
      }
    }
  }

  /** Looks at one task, called while something is being applied. Never throws. */
  async lookAt(job: RegisteredJob): Promise<void> {
    const text = this.ports.cache.manifests().get(job.manifestHash)?.text;
    if (text === undefined) return;
    await this.check(job, manifestHere(text, this.ports.facts().hostName)).catch((error: unknown) =>
      this.ports.log.warn('a registered task could not be looked at', { path: job.path, error: String(error) }),
    );
  }

  /**
   * Puts the task of one job back because somebody asks for it, whatever the job says about edits: as the version says that is
   * registered by then, and only where it differs. Waits for what is being applied.
   * @param commandId told with what was put back
   */
  async putBack(jobId: string, commandId: string): Promise<PutBack> {
    let done: PutBack = { ok: false, code: 'stopping', message: 'the agent is about to end, and changes nothing more' };
    await this.ports.exclusively(async () => {
      done = await this.putBackNow(jobId, commandId).catch((error: unknown): PutBack => {
        if (!(error instanceof SchedulerError)) throw error;
        return { ok: false, code: error.code, message: error.message };
      });
    });
    return done;
  }

  private async putBackNow(jobId: string, commandId: string): Promise<PutBack> {
    const job = this.ports.cache.registered().jobs.find((each) => each.jobId === jobId);
    const text = job && this.ports.cache.manifests().get(job.manifestHash)?.text;
    if (job === undefined || text === undefined)
      return { ok: false, code: 'not_registered', message: 'the job is not registered on this host' };
    const manifest = manifestHere(text, this.ports.facts().hostName);
    const task = taskForJob(manifest, this.ports.facts());
    if (!task.ok) {
      const message = task.problems[0]?.message ?? 'the schedule cannot be registered';
      return { ok: false, code: 'unsupported_here', message };
    }
    const expected = { job, manifest, definition: task.value.definition };
    const { own, drift } = await this.compare(expected);
    if (drift === null) {
      this.onRight(job);
      return { ok: true, outcome: 'as_defined' };
    }
    const message = await this.repair(expected, await this.findOut(expected, own, drift), commandId);
    return message === null
      ? { ok: true, outcome: 'repaired' }
      : { ok: false, code: 'not_repaired', message: message.slice(0, 2_000) };
  }

  private async check(job: RegisteredJob, manifest: Manifest): Promise<void> {
    const { cache, facts } = this.ports;
    const now = cache.registered().jobs.find(({ jobId }) => jobId === job.jobId);
    if (now?.manifestHash !== job.manifestHash || now.path !== job.path) return;
    const task = taskForJob(manifest, facts());
    // The host's time zone may have changed to one in which the schedule cannot be said: applying reports that.
    if (!task.ok) return;
    const expected = { job, manifest, definition: task.value.definition };
    const { own, drift } = await this.compare(expected);
    if (drift === null) return this.onRight(job);
    const isLeft = manifest.onDrift !== 'repair';
    if (isLeft && this.ports.memory.load()[job.jobId] === keyOf(job, drift, null)) return;
    const found = await this.findOut(expected, own, drift);
    if (isLeft) return this.onDrifted(job, found, null);
    const message = await this.repair(expected, found);
    if (message !== null) this.onDrifted(job, found, message);
  }

  /** @returns how the task itself differs, and that with the tasks that it stands in for */
  private async compare({ job, definition }: Expected): Promise<{ own: Drift | null; drift: Drift | null }> {
    const own = judgeDrift(definition, await this.ports.scheduler.find(job.path));
    return { own, drift: withReplaced(own, (await this.ports.replaced?.switchedOn(job.jobId)) ?? []) };
  }

  /** Asked before anything is repaired: our own traces would cover those that are looked for. */
  private async findOut(expected: Expected, own: Drift | null, drift: Drift): Promise<FoundDrift> {
    const touch = (await this.ports.whoChanged?.(expected.job.path, drift.found)) ?? null;
    return { ...drift, touch, ...(await this.definitionOf(expected, own)) };
  }

  /** What was found, as text: the way back from a repair, and what the centre adopts. */
  private async definitionOf({ job, manifest }: Expected, own: Drift | null): Promise<{ seen?: Seen }> {
    if (own?.found !== 'edited' && own?.found !== 'disabled') return {};
    const text = await this.ports.scheduler.definitionText(job.path).catch(() => undefined);
    if (text === undefined) return {};
    const { hostTimezone: timezone, runner, sids = {} } = this.ports.facts();
    const account = (readRunAs(manifest.runAs)?.account ?? '').toLowerCase();
    const sid = sids[account];
    const compared = { timezone, runner: { command: runner.command, arguments: [...runner.arguments] } };
    return { seen: { text, comparedWith: { ...compared, sids: sid === undefined ? {} : { [account]: sid } } } };
  }

  /** @returns why it could not be; null: it is as it should be, and that was told */
  private async repair(
    { job, definition, manifest }: Expected,
    drift: FoundDrift,
    commandId?: string,
  ): Promise<string | null> {
    let message: string | null = null;
    try {
      const account = await this.ports.accounts?.prepare(manifest.runAs);
      const still = await this.ports.scheduler.register(job.path, definition, account?.credential);
      if (still.length > 0) message = `it differs after repair too: ${still.join('; ')}` satisfies HostFaultText;
      await this.ports.replaced?.take(job, manifest.replaces ?? []);
    } catch (error) {
      message = error instanceof Error ? error.message : String(error);
    }
    if (message !== null) return message;
    // Told first: an agent that dies in between tells of it twice, and not never.
    this.tell(job, 'repaired', drift, null, commandId);
    this.remember(job, null);
    return null;
  }

  private onDrifted(job: RegisteredJob, drift: FoundDrift, message: string | null): void {
    const key = keyOf(job, drift, message);
    if (this.ports.memory.load()[job.jobId] === key) return;
    this.tell(job, 'drifted', drift, message);
    this.remember(job, key);
  }

  private onRight(job: RegisteredJob): void {
    if (this.ports.memory.load()[job.jobId] === undefined) return;
    this.tell(job, 'restored', null, null);
    this.remember(job, null);
  }

  private tell(
    job: RegisteredJob,
    state: TaskChanged['state'],
    drift: FoundDrift | null,
    message: string | null,
    commandId?: string,
  ): void {
    const differences = (drift?.differences ?? []).slice(0, 50).map((text) => text.slice(0, 500));
    const found = drift?.found ?? null;
    const { jobId, version, path } = job;
    const change = { kind: 'task.changed' as const, jobId, version, state, found, differences };
    const who = { ...(drift?.touch ? changedBy(drift.touch) : {}), ...(commandId === undefined ? {} : { commandId }) };
    const definition = drift?.seen ? this.definitionTold(jobId, state, drift.seen) : {};
    this.ports.report({ ...change, message: message?.slice(0, 2_000) ?? null, ...who, ...definition });
    this.ports.log.warn('a registered task has changed', { path, state, found, differences, ...who });
  }

  private definitionTold(
    jobId: string,
    state: TaskChanged['state'],
    { text, comparedWith }: Seen,
  ): Pick<TaskChanged, 'definition' | 'definitionHash' | 'comparedWith'> {
    const definitionHash = sha256Hex(text);
    // What is repaired may come back every few minutes, always the same.
    const isKnown = state === 'repaired' && this.told.get(jobId) === definitionHash;
    this.told.set(jobId, definitionHash);
    if (isKnown) return { definitionHash };
    return { definitionHash, definition: text.length <= definitionCharacters ? text : null, comparedWith };
  }

  private remember({ jobId }: RegisteredJob, key: string | null): void {
    const { [jobId]: before, ...others } = this.ports.memory.load();
    if (key !== null) this.ports.memory.store({ ...others, [jobId]: key });
    else if (before !== undefined) this.ports.memory.store(others);
  }

  /** A job that was taken off the host, or that came in a new version, starts with a clean sheet. */
  private forgetGone(): void {
    const { cache, memory } = this.ports;
    const hashes = new Map(cache.registered().jobs.map(({ jobId, manifestHash }) => [jobId, manifestHash]));
    const reported = Object.entries(memory.load());
    const kept = reported.filter(([jobId, key]) => (JSON.parse(key) as unknown[])[0] === hashes.get(jobId));
    if (kept.length < reported.length) memory.store(Object.fromEntries(kept));
  }
}

interface FoundDrift extends Drift {
  readonly touch: TaskTouch | null;
  /** Absent where there is no definition, or none that can be read. */
  readonly seen?: Seen;
}

interface Seen {
  /** Task XML. */
  readonly text: string;
  readonly comparedWith: NonNullable<TaskChanged['comparedWith']>;
}

/** What is told once for as long as it stays so. */
function keyOf({ manifestHash }: RegisteredJob, { found, differences }: Drift, message: string | null): string {
  return JSON.stringify([manifestHash, { found, differences }, message]);
}

function changedBy({ atMs, account }: TaskTouch): Pick<TaskChanged, 'changedAt' | 'changedBy'> {
  return {
    changedAt: new Date(atMs).toISOString(),
    ...(account === null ? {} : { changedBy: account.slice(0, 255) }),
  };
}

/** A replaced task that runs again means two runs of everything. */
function withReplaced(own: Drift | null, switchedOn: readonly string[]): Drift | null {
  if (switchedOn.length === 0) return own;
  const differences = switchedOn.map((path) => `replaced task ${path}: wanted off, found on` satisfies HostFaultText);
  return { found: own?.found ?? 'edited', differences: [...(own?.differences ?? []), ...differences] };
}
