import { openRing, type RolloutCourse } from '../rollout/course.js';
import type { SigningRefusalText } from '../text/signature-texts.js';
import type { AcceptedRecord } from './book-entry.js';
import { type Refusal, refuse } from './refusal.js';

/** Who writes down what nobody asked for. */
export const serverItself = 'carillon';

/** Clocks of several servers are not the same to the second. */
const clockSlackMs = 5_000;

/** What the book holds of the newest version on its way, to judge the steps of its rollout. */
export interface RolloutGuard {
  readonly soakMs: number;
  /** When the newest ring was opened, or somebody resumed it. */
  readonly sinceMs: number;
  readonly isHalted: boolean;
}

/** Where a job's versions are on their way. */
interface Way {
  readonly course: RolloutCourse;
  readonly rollout: RolloutGuard | null;
}

type RolloutRecord = Extract<AcceptedRecord, { kind: `rollout-${string}` }>;

export function isRolloutRecord(record: AcceptedRecord): record is RolloutRecord {
  return record.kind === 'rollout-step' || record.kind === 'rollout-halt' || record.kind === 'rollout-resume';
}

/** A version that was accepted lies over those on their way; without rings, all hosts have it. */
export function startRollout(
  before: RolloutCourse | undefined,
  { version, rollout }: Extract<AcceptedRecord, { kind: 'job' }>,
  atMs: number,
): Way {
  if (!rollout) return { course: { base: version, layers: [] }, rollout: null };
  const { seed, rings, soakMs, open = 1, isHalted = false } = rollout;
  const layers = [...(before?.layers ?? []), { version, seed, rings, open: 1 }];
  const course = openRing({ base: before?.base ?? null, layers }, open);
  return { course, rollout: course.layers.length > 0 ? { soakMs, sinceMs: atMs, isHalted } : null };
}

/** May this be written about a job's rollout? The server by itself opens one ring after the other, each after its soak. */
export function judgeRolloutRecord(
  record: RolloutRecord,
  job: (Way & { readonly name: string }) | undefined,
  { isServer, atMs }: { isServer: boolean; atMs: number },
): { readonly ok: true } | Refusal {
  const layer = job?.course.layers.at(-1);
  if (!job?.rollout || layer?.version !== record.version) {
    const name = job?.name ?? record.jobId;
    return refuse('rollout', `job ${name}: version ${record.version} is not on its way, or not the newest that is`);
  }
  const of = `job ${job.name}` as const;
  const no = (message: SigningRefusalText) => refuse('rollout', message);
  const { soakMs, sinceMs, isHalted } = job.rollout;
  if (record.kind === 'rollout-halt') return { ok: true };
  if (record.kind === 'rollout-resume')
    return isServer ? no(`${of}: its rollout goes on only when somebody asks for it`) : { ok: true };
  if (isHalted) return no(`${of}: its rollout was halted`);
  if (record.open !== layer.open + 1)
    return no(`${of}: ring ${record.open} is not the next: ${layer.open} of ${layer.rings.length} are open`);
  const waitedMs = atMs - sinceMs;
  return waitedMs + clockSlackMs >= soakMs
    ? { ok: true }
    : no(
        `${of}: ring ${record.open} is opened after ${Math.round(waitedMs / 1000)} s, and its soak is ${soakMs / 1000} s`,
      );
}

/** What such a record makes of it; of another version it is old news. */
export function afterRolloutRecord(record: RolloutRecord, { course, rollout }: Way, atMs: number): Way {
  if (!rollout || course.layers.at(-1)?.version !== record.version) return { course, rollout };
  switch (record.kind) {
    case 'rollout-step': {
      const after = openRing(course, record.open);
      return { course: after, rollout: after.layers.length > 0 ? { ...rollout, sinceMs: atMs } : null };
    }
    case 'rollout-halt':
      return { course, rollout: { ...rollout, isHalted: true } };
    case 'rollout-resume':
      return { course, rollout: { ...rollout, isHalted: false, sinceMs: atMs } };
  }
}
