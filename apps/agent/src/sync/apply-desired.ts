import type { Body } from '@carillon/contract/agent/catalog';
import { type DesiredEntry, desiredHash, planDesired } from '@carillon/core/desired/desired-state';
import { meaningfulDifferences } from '@carillon/core/desired/drift';
import type { HostPause } from '@carillon/core/desired/pause';
import { onHost } from '@carillon/core/job/host-overrides';
import type { Manifest } from '@carillon/core/job/job-spec';
import { taskForJob, taskPathOf } from '@carillon/core/job/task-for-job';
import type { PolicyVerdict } from '@carillon/core/policy/host-policy';
import type { Trust } from '@carillon/core/signing/verify';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import type { AccountDesk } from '../accounts/account-desk.js';
import { capabilities } from '../lib/capabilities.js';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import type { ApprovalKeeper } from '../state/approvals.js';
import type { DesiredCache, RegisteredJob, SignedManifest } from '../state/desired-cache.js';
import { manifestHere } from '../state/manifest-here.js';
import type { ReplacedTasks } from './replaced-tasks.js';
import { verifyManifest } from './verify-desired.js';

export type ApplyStatus = Body<'apply.status'>;
type JobStatus = ApplyStatus['jobs'][number];

export interface ApplyFacts extends Trust {
  readonly agentId: string;
  readonly hostTimezone: string;
  readonly runner: { readonly command: string; readonly arguments: readonly string[] };
  /** As the centre knows this host; overrides name it. */
  readonly hostName?: string | undefined;
}

/** What a verified index, or what is kept of one, says. */
export interface WantedState {
  readonly rev: number;
  readonly entries: readonly DesiredEntry[];
  readonly pause?: HostPause | undefined;
}

/** What applying needs from the outside. */
export interface ApplyPorts {
  readonly scheduler: TaskScheduler;
  readonly cache: DesiredCache;
  /** Puts what a job's runner reads beside the definition where it finds it: its script, its secrets. */
  readonly storeScript: (manifest: Manifest) => void;
  /** Tells runners that nothing starts by itself, or that it does again; absent where there are none. */
  readonly storePause?: (pause: HostPause | undefined) => void;
  /** Takes such things of a job away that is no longer here. */
  readonly forget?: (jobId: string) => void;
  /** What the host's own policy says of a job; absent where there is none, as on simulated hosts. */
  readonly judge?: (manifest: Manifest) => PolicyVerdict;
  /** Signatures of approvers, where the host's own policy asks for them; absent where it cannot. */
  readonly approvals?: Pick<ApprovalKeeper, 'isAsked' | 'take' | 'judge' | 'registered'>;
  /** What Windows wants to have for named accounts; absent where there are none, as on simulated hosts. */
  readonly accounts?: Pick<AccountDesk, 'prepare' | 'markFor' | 'sids' | 'noteFailure'>;
  /** Asks the centre for what jobs need of it, before they are registered; absent on simulated hosts. */
  readonly central?: {
    want(manifests: readonly Manifest[]): Promise<void>;
    noteApplied(jobs: readonly JobStatus[]): void;
  };
  /** Switches tasks off that a job replaces; absent where that cannot be done, as on simulated hosts. */
  readonly replaced?: ReplacedTasks;
  /** Looks whether somebody edited a task, before a newer version of its job is registered. */
  readonly lookBefore?: (job: RegisteredJob) => Promise<void>;
}

/**
 * Brings Task Scheduler to the desired state, one job after the other. Each job stands for itself: what fails or is
 * refused leaves its old task as it was, is reported with its reason, and keeps the observed hash different, so that
 * it is tried again.
 */
export async function applyDesired(
  index: WantedState,
  received: ReadonlyMap<string, SignedManifest>,
  facts: ApplyFacts,
  ports: ApplyPorts,
): Promise<ApplyStatus> {
  const before = ports.cache.registered();
  const jobs = new Map(before.jobs.map((job) => [job.jobId, job]));
  const begun = new Map((before.begun ?? []).map((job) => [job.path.toLowerCase(), job]));
  const save = () => {
    const { rev, entries: wanted, pause } = index;
    const paused = pause ? { pause } : {};
    ports.cache.storeRegistered({ rev, wanted, jobs: [...jobs.values()], begun: [...begun.values()], ...paused });
  };
  // On disk before the task is in Task Scheduler: a crash in between must not leave one that nobody knows of.
  const begin = (job: RegisteredJob) => {
    begun.set(job.path.toLowerCase(), job);
    save();
  };
  // Before anything is registered that could fire.
  ports.storePause?.(index.pause);
  const known = ports.cache.manifests();
  const statuses: JobStatus[] = [];
  const takeOff = async (job: RegisteredJob): Promise<JobStatus> => {
    const { jobId, version } = job;
    if (!isTaken(jobs, job)) await ports.scheduler.remove(job.path);
    // After ours is gone and before the job is forgotten: what fails here is tried again.
    await ports.replaced?.release(job);
    jobs.delete(jobId);
    save();
    return { jobId, version, state: 'removed' };
  };

  // The host's owner may have changed his mind since they were registered; they come back below, to be rejected.
  for (const job of before.jobs.filter((job) => isForbidden(job, known, ports, facts.hostName))) {
    const status = await guarded(job, () => takeOff(job));
    if (status.state === 'failed') statuses.push(status);
  }
  // What stands with approvals is never followed by something older, whichever way it came here.
  for (const job of jobs.values()) ports.approvals?.registered(job);
  const plan = planDesired(index.entries, [...jobs.values()]);
  const changed = new Set(plan.apply);
  // Registered with a password that was replaced since.
  const stale = index.entries.filter(
    (entry) => !changed.has(entry) && isStale(jobs.get(entry.jobId), known, ports, facts.hostName),
  );
  const apply = [...plan.apply, ...stale];
  for (const jobId of plan.remove) {
    const job = jobs.get(jobId);
    if (!job) continue;
    statuses.push(
      await guarded(job, async () => {
        const status = await takeOff(job);
        ports.cache.drop(jobId);
        ports.forget?.(jobId);
        return status;
      }),
    );
  }
  for (const entry of apply) {
    const signed = received.get(entry.manifestHash) ?? known.get(entry.manifestHash);
    statuses.push(await guarded(entry, () => applyOne(entry, { signed, known }, jobs, facts, ports, { begin, save })));
  }
  for (const [key, job] of begun) {
    const isWanted = index.entries.some(({ jobId }) => jobId === job.jobId);
    // Not to be had now, and tried again; until then what it may have left stands.
    if (isWanted && !jobs.has(job.jobId)) continue;
    const status = await guarded(job, async () => {
      if (!isTaken(jobs, job) && jobs.get(job.jobId)?.path !== job.path) await ports.scheduler.remove(job.path);
      begun.delete(key);
      if (!isWanted) ports.cache.drop(job.jobId);
      return { jobId: job.jobId, version: job.version, state: 'removed' };
    });
    if (status.state === 'failed') statuses.push(status);
  }
  save();
  return {
    rev: index.rev,
    jobs: [...statuses, ...alreadyApplied(index, [...apply, ...statuses])],
    observedHash: desiredHash([...jobs.values()], index.pause),
  };
}

async function applyOne(
  entry: DesiredEntry,
  { signed, known }: { signed: SignedManifest | undefined; known: ReadonlyMap<string, SignedManifest> },
  jobs: Map<string, RegisteredJob>,
  facts: ApplyFacts,
  ports: ApplyPorts,
  book: { readonly begin: (job: RegisteredJob) => void; readonly save: () => void },
): Promise<JobStatus> {
  const { jobId, version } = entry;
  const old = jobs.get(jobId);
  const verdict = verifyManifest(entry, signed, { ...facts, registeredVersion: old?.version ?? 0 });
  if (!verdict.ok) {
    const { ok: _ok, ...why } = verdict;
    return { jobId, version, state: 'rejected', ...why };
  }
  const manifest = onHost(verdict.manifest, facts.hostName);
  const refusal = refusedHere(ports, manifest, entry.manifestHash);
  if (refusal)
    return { jobId, version, state: 'rejected', code: refusal.code, message: refusal.message.slice(0, 2_000) };
  const lacking = (manifest.needs ?? []).filter((need) => !capabilities.includes(need));
  if (lacking.length > 0)
    return {
      jobId,
      version,
      state: 'rejected',
      code: 'unsupported',
      message: `this agent cannot do ${lacking.join(', ')}` satisfies HostFaultText,
    };
  const account = await ports.accounts?.prepare(manifest.runAs).catch(orPasswordNeeded);
  const task = taskForJob(manifest, { ...facts, ...(ports.accounts ? { sids: ports.accounts.sids } : {}) });
  if (!task.ok)
    return {
      jobId,
      version,
      state: 'rejected',
      code: 'unsupported',
      message: task.problems[0]?.message ?? ('the schedule cannot be registered' satisfies HostFaultText),
    };
  if (manifest.replaces && !ports.replaced)
    return {
      jobId,
      version,
      state: 'rejected',
      code: 'unsupported',
      message: 'this host cannot replace tasks' satisfies HostFaultText,
    };
  // The runner's files first: from the moment of registration the task may fire.
  const before = old && known.get(old.manifestHash);
  if (old && before && isAdopted(before)) await ports.lookBefore?.(old);
  storeDefinition(ports, manifest, verdict.signed);
  const { path, definition } = task.value;
  if (old?.path !== path) book.begin({ ...entry, path });
  const registered =
    account instanceof SchedulerError
      ? standsAlready(ports.scheduler, path, definition, account)
      : ports.scheduler.register(path, definition, account?.credential);
  const differences = await registered.catch((error: unknown) => {
    if (account && !(account instanceof SchedulerError)) ports.accounts?.noteFailure(account, error);
    // The old task stays, so what it runs must stay too.
    if (before && !isRegistered(error)) storeDefinition(ports, manifestHere(before.text, facts.hostName), before);
    throw error;
  });
  const moved = old && !isSamePath(old.path, task.value.path);
  if (moved && !isTaken(jobs, old)) await ports.scheduler.remove(old.path);
  if (differences.length > 0)
    return {
      jobId,
      version,
      state: 'failed',
      code: 'registered_differently',
      message: differences.join('; ').slice(0, 2_000),
    };
  const wanted = manifest.replaces ?? [];
  await ports.replaced?.take(entry, wanted).catch(async (error: unknown) => {
    // Never both: where the original stays on, ours goes again.
    if (!old) await ports.scheduler.remove(task.value.path);
    throw error;
  });
  await ports.replaced?.release(entry, wanted);
  const passwordMark = account instanceof SchedulerError ? undefined : account?.mark;
  const mark = passwordMark === undefined ? {} : { passwordMark };
  jobs.set(jobId, { ...entry, path: taskPathOf(manifest.name), ...mark });
  book.save();
  ports.approvals?.registered(entry);
  return { jobId, version, state: 'applied' };
}

function orPasswordNeeded(error: unknown): SchedulerError {
  if (error instanceof SchedulerError && error.code === 'password_needed') return error;
  throw error;
}

/** Nothing has to be registered, and so no password known, where the task is what it should be already. */
async function standsAlready(
  scheduler: TaskScheduler,
  path: string,
  definition: TaskDefinition,
  refusal: SchedulerError,
): Promise<string[]> {
  const { task } = await scheduler.find(path);
  if (task === null || meaningfulDifferences(definition, task).length > 0) throw refusal;
  return [];
}

/** Whether what somebody edits on the host is kept: then it must be told before a newer version goes over it. */
function isAdopted({ text }: SignedManifest): boolean {
  return (JSON.parse(text) as Manifest).onDrift === 'adopt';
}

function isForbidden(
  job: RegisteredJob,
  known: ReadonlyMap<string, SignedManifest>,
  ports: Pick<ApplyPorts, 'judge' | 'approvals'>,
  hostName: string | undefined,
): boolean {
  const signed = known.get(job.manifestHash);
  return signed !== undefined && refusedHere(ports, manifestHere(signed.text, hostName), job.manifestHash) !== null;
}

/** What the host's own policy says against a definition; null: nothing. */
function refusedHere(
  { judge, approvals }: Pick<ApplyPorts, 'judge' | 'approvals'>,
  manifest: Manifest,
  manifestHash: string,
): { readonly code: string; readonly message: string } | null {
  const verdict = judge?.(manifest);
  if (verdict && !verdict.ok) return verdict;
  const approved = approvals?.judge(manifest, manifestHash);
  return approved && !approved.ok ? approved : null;
}

function isStale(
  job: RegisteredJob | undefined,
  known: ReadonlyMap<string, SignedManifest>,
  { accounts }: Pick<ApplyPorts, 'accounts'>,
  hostName: string | undefined,
): boolean {
  const signed = job && known.get(job.manifestHash);
  if (!signed || !accounts) return false;
  const mark = accounts.markFor(manifestHere(signed.text, hostName).runAs);
  return mark !== undefined && mark !== job.passwordMark;
}

function storeDefinition(ports: ApplyPorts, manifest: Manifest, signed: SignedManifest): void {
  ports.storeScript(manifest);
  ports.cache.store(manifest.jobId, signed);
}

function isRegistered(error: unknown): boolean {
  return error instanceof SchedulerError && error.code === 'read_back_failed';
}

/** A name may have gone to another job, whose task must stay. */
function isTaken(jobs: ReadonlyMap<string, RegisteredJob>, { jobId, path }: RegisteredJob): boolean {
  return [...jobs.values()].some((other) => other.jobId !== jobId && isSamePath(other.path, path));
}

function isSamePath(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Told again each time: an earlier report may have been lost with its socket. */
function alreadyApplied(index: WantedState, changed: readonly Pick<DesiredEntry, 'jobId'>[]): JobStatus[] {
  const touched = new Set(changed.map((entry) => entry.jobId));
  return index.entries
    .filter((entry) => !touched.has(entry.jobId))
    .map(({ jobId, version }) => ({ jobId, version, state: 'applied' }));
}

async function guarded(job: { jobId: string; version: number }, work: () => Promise<JobStatus>): Promise<JobStatus> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof SchedulerError ? error.code : 'internal';
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 2_000);
    return { jobId: job.jobId, version: job.version, state: 'failed', code, message };
  }
}
