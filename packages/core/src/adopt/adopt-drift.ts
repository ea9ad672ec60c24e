import { scheduleOfTriggers } from '@carillon/wintask/adopt/schedule-of-triggers';
import { isWatched, type Schedule } from '@carillon/wintask/schedule/schedule';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import type { Difference } from '@carillon/wintask/task/diff';
import { canonicalJson, type Json } from '../desired/canonical-json.js';
import { meaningfulDifferences } from '../desired/drift.js';
import { type OverridePart, type OverrideParts, onHost, withOverride } from '../job/host-overrides.js';
import { jobLimits } from '../job/job-limits.js';
import { asJson, type JobSpec, type Manifest, makeManifest } from '../job/job-spec.js';
import { type JobTask, type TaskFacts, taskForJob } from '../job/task-for-job.js';
import type { AdoptionProblemText } from '../text/adoption-texts.js';
import type { Reason } from './reading.js';
import { runAsOfTask } from './run-as-of-task.js';

/** An edited task of ours, and the definitions it is compared with. */
export interface EditedTask {
  readonly jobId: string;
  readonly hostName: string;
  readonly found: TaskDefinition;
  /** The version whose task was edited. */
  readonly base: { readonly version: number; readonly spec: JobSpec };
  /** The version that the host should have by now. */
  readonly current: { readonly version: number; readonly spec: JobSpec };
  /** As the host had them when it compared. */
  readonly facts: TaskFacts;
  readonly nowMs: number;
}

/** `left`: it stays as it is found, and differs from its job, since a job cannot say all of it. */
export type DriftAdoption =
  | {
      readonly kind: 'adopted';
      /** The current definition in which this host is as it was found. */
      readonly spec: JobSpec;
      readonly parts: readonly OverridePart[];
      readonly notes: readonly Reason[];
    }
  | { readonly kind: 'left'; readonly reasons: readonly Reason[] };

/**
 * Makes what somebody edited on a host what the host should have: all of it or nothing, since registering a part would
 * undo the rest. What comes of it is compiled again and compared with what was found, so that nothing is guessed.
 */
export function adoptDrift(edited: EditedTask): DriftAdoption {
  const before = onHost(makeManifest(edited.jobId, edited.base.version, edited.base.spec), edited.hostName);
  const task = taskForJob(before, edited.facts);
  if (!task.ok) return left('not_registrable', 'its job cannot be registered on this host any more');
  const differences = meaningfulDifferences(task.value.definition, edited.found);
  if (differences.length === 0) return left('same', 'it is what its job says');
  const read = readParts(differences, task.value, before, edited);
  if (read.reasons.length > 0) return { kind: 'left', reasons: read.reasons };
  const reasons = [...stillDifferent(before, read.parts, edited), ...changedMeanwhile(read.parts, edited)];
  if (reasons.length > 0) return { kind: 'left', reasons };
  const spec = withOverride(edited.current.spec, edited.hostName, read.parts);
  const tooMuch = limitReasons(edited, spec);
  if (tooMuch.length > 0) return { kind: 'left', reasons: tooMuch };
  const parts = partsOf(read.parts).filter((part) => asText(read.parts[part]) !== asText(before[part] ?? usual[part]));
  return { kind: 'adopted', spec, parts, notes: read.notes };
}

/** What a definition says by not saying it. */
const usual: OverrideParts = { rights: 'ordinary' };

function partsOf(parts: OverrideParts): OverridePart[] {
  return Object.keys(parts) as OverridePart[];
}

function left(code: string, message: AdoptionProblemText): DriftAdoption {
  return { kind: 'left', reasons: [{ code, message }] };
}

interface PartsRead {
  readonly parts: OverrideParts;
  readonly reasons: Reason[];
  readonly notes: Reason[];
}

function readParts(
  differences: readonly Difference[],
  task: JobTask,
  { schedule }: Pick<Manifest, 'schedule'>,
  { found, facts, nowMs }: EditedTask,
): PartsRead {
  const touched = new Set(differences.map(({ path }) => path.split(/[.[]/)[0]));
  const times = touched.has('triggers') ? readTimes(task, schedule, found, { ...facts, nowMs }) : undefined;
  const account = touched.has('principal') ? runAsOfTask(found) : undefined;
  const { enabled = true, startWhenAvailable = false } = found.settings;
  const has = (path: string) => differences.some((difference) => difference.path === path);
  const isOther = has('principal.userId') || has('principal.logonType');
  return {
    parts: {
      ...(times?.schedule ? { schedule: times.schedule } : {}),
      // By name and by SID it is the same account; only what was changed is said anew.
      ...(account?.value && isOther ? { runAs: account.value } : {}),
      ...(account?.value ? { rights: account.rights } : {}),
      ...(has('settings.enabled') ? { enabled } : {}),
      ...(has('settings.startWhenAvailable') ? { onMissed: startWhenAvailable ? 'run-once' : 'skip' } : {}),
    },
    reasons: [...(times?.reasons ?? []), ...(account?.problems ?? []), ...differences.flatMap(unsayable)],
    notes: [...(times?.notes ?? []), ...(account?.notes ?? [])],
  };
}

const sayable = new Set(['settings.enabled', 'settings.startWhenAvailable']);
const codes: Readonly<Record<string, string>> = { actions: 'action', description: 'description' };

/** What no override can say. */
function unsayable({ path, text }: Difference): Reason[] {
  const root = path.split(/[.[]/)[0] ?? '';
  if (root === 'triggers' || root === 'principal' || sayable.has(path)) return [];
  return [{ code: codes[root] ?? 'setting', message: text }];
}

function readTimes(
  task: JobTask,
  schedule: Schedule,
  found: TaskDefinition,
  context: { nowMs: number; hostTimezone: string },
): { schedule?: Schedule; reasons: Reason[]; notes: Reason[] } {
  if (task.exactness === 'gated') {
    const message: AdoptionProblemText = `the job's own times are narrower than its triggers (${task.reasons.join('; ')}), so what these are now does not say when it should run`;
    return { reasons: [{ code: 'gated_schedule', message }], notes: [] };
  }
  const read = scheduleOfTriggers(found.triggers, context);
  if (!read.ok) return { reasons: read.problems.map(({ code, message }) => ({ code, message })), notes: [] };
  // What the agent watches for has no trigger, and was not touched.
  const watched = schedule.filter(isWatched);
  const notes = read.notes.map(({ code, message }) => ({ code, message }));
  return { schedule: [...watched, ...read.schedule], reasons: [], notes };
}

/** Triggers were compared fire by fire; their dates may differ. */
function stillDifferent(before: Manifest, parts: OverrideParts, { found, facts, hostName }: EditedTask): Reason[] {
  const task = taskForJob(onHost(withOverride(before, hostName, parts), hostName), facts);
  if (!task.ok) return task.problems.map(({ expected }) => ({ code: 'not_registrable', message: expected }));
  return meaningfulDifferences(task.value.definition, found)
    .filter(({ path }) => !path.startsWith('triggers'))
    .map(({ path, text }) => ({
      code: path.startsWith('principal') ? 'account_rights' : 'not_the_same',
      message: text,
    }));
}

/** Somebody wrote a newer version before this was noticed: it stands where it says the same as the one that was edited. */
function changedMeanwhile(parts: OverrideParts, { base, current, hostName }: EditedTask): Reason[] {
  const [then, now] = [onHost(base.spec, hostName), onHost(current.spec, hostName)];
  return partsOf(parts)
    .filter((part) => asText(then[part]) !== asText(now[part]))
    .map((part) => {
      const message: AdoptionProblemText = `version ${current.version}, written after it was edited, says otherwise about ${part}`;
      return { code: 'newer_version', message };
    });
}

function asText(value: unknown): string {
  return canonicalJson((value ?? null) as Json);
}

type Limit = Reason & { readonly message: AdoptionProblemText };

function limitReasons({ jobId, current }: EditedTask, spec: JobSpec): Limit[] {
  if ((spec.overrides ?? []).length > jobLimits.overrides)
    return [{ code: 'too_many_overrides', message: `a job can be different on ${jobLimits.overrides} sets of hosts` }];
  const bytes = Buffer.byteLength(canonicalJson(asJson(makeManifest(jobId, current.version + 1, spec))));
  if (bytes <= jobLimits.manifestBytes) return [];
  return [{ code: 'too_long', message: `the job would have ${bytes} bytes, at most ${jobLimits.manifestBytes}` }];
}
