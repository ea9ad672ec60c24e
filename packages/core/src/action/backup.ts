const dayMs = 86_400_000;

/** Days as `getUTCDay` counts them. */
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export type Weekday = (typeof weekdays)[number];

/** What a backup saves, where, and what stays of it. */
export interface BackupSpec {
  /** Absolute folders or files. */
  readonly from: readonly string[];
  /** An absolute folder, on a share too; sets are in `HOST/JOB` below it. */
  readonly to: string;
  /**
   * `full`: everything each time. `incremental`: what differs from the set before, and everything where there is none. A
   * list: everything on these days of the week, by the host's clock, and incremental on the others.
   */
  readonly mode: 'full' | 'incremental' | readonly Weekday[];
  /** Globs against paths below each of `from`; what fits is not saved. */
  readonly exclude: readonly string[];
  /** How a file is known to be as it was: by size and time of change, or by its bytes, which are all read then. */
  readonly compare: 'size+mtime' | 'hash';
  /** Each file is flushed to the disk, read back and compared after it was written. */
  readonly verify: boolean;
  /** Sets that need not stay go after a backup that is whole. Both null: all stay. */
  readonly keep: Retention;
}

/** A set goes only when no limit that is given asks for it. */
export interface Retention {
  /** So many of the newest sets. */
  readonly count: number | null;
  /** Sets that are no older than so many days. */
  readonly days: number | null;
}

/** The form of a job file. */
export function backupAsWritten(spec: BackupSpec): Readonly<Record<string, unknown>> {
  const one = (list: readonly string[]) => (list.length === 1 ? list[0] : list);
  const { count, days } = spec.keep;
  const keep = { ...(count === null ? {} : { count }), ...(days === null ? {} : { days }) };
  return {
    from: one(spec.from),
    to: spec.to,
    ...(spec.mode === 'full' ? {} : { mode: spec.mode === 'incremental' ? spec.mode : { full: one(spec.mode) } }),
    ...(spec.exclude.length === 0 ? {} : { exclude: one(spec.exclude) }),
    ...(spec.compare === 'size+mtime' ? {} : { compare: spec.compare }),
    ...(spec.verify ? {} : { verify: false }),
    ...(Object.keys(keep).length === 0 ? {} : { keep }),
  };
}

/**
 * Full or incremental today?
 * @param weekday of the planned start by the host's clock, as `getUTCDay` counts
 * @param hasBase whether there is a set that an incremental one could stand on
 */
export function kindOfSet(mode: BackupSpec['mode'], weekday: number, hasBase: boolean): SetKind {
  if (mode === 'full' || !hasBase) return 'full';
  if (mode === 'incremental') return 'incremental';
  return mode.some((day) => weekdays.indexOf(day) === weekday) ? 'full' : 'incremental';
}

export const setKinds = ['full', 'incremental'] as const;
export type SetKind = (typeof setKinds)[number];
export const setStates = ['complete', 'partial'] as const;
/** `partial`: some file could not be saved; which ones, its index says. */
export type SetState = (typeof setStates)[number];

/** What a set says of itself: `set.json`. */
export interface SetHeader {
  readonly format: 'carillon/backup-set/v1';
  /** Name of its folder. */
  readonly id: string;
  /** Counts up from set to set, whatever the clock does. */
  readonly number: number;
  readonly kind: SetKind;
  readonly state: SetState;
  readonly host: string;
  readonly job: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The set it was compared with; null for full ones. */
  readonly base: string | null;
  /** Other sets that hold bytes of files of this one. */
  readonly needs: readonly string[];
  /** Files that the set can give back, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** What was written for it, the rest being in the sets that it needs. */
  readonly copiedFiles: number;
  readonly copiedBytes: number;
  /** Gone since the base. */
  readonly deleted: number;
  /** Not saved, though there. */
  readonly unsaved: number;
  /** SHA-256 of `index.jsonl`, hex. */
  readonly indexSha256: string;
}

/** `000012-20261128T020000Z-full`: sorts by age, and is a folder's name everywhere. */
export function setId(number: number, startedMs: number, kind: SetKind): string {
  const stamp = new Date(startedMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${String(number).padStart(6, '0')}-${stamp}-${kind}`;
}

export const setIdPattern = /^\d{6,}-\d{8}T\d{6}Z-(full|incremental)$/;

/**
 * Which sets go. Kept are those that a limit asks for, and always the newest complete full one and the newest complete
 * one; and whatever a kept set needs. Sets that cannot be read are not among these: nothing is known of what they hold.
 * @param sets in any order
 */
export function setsToRemove(
  sets: readonly Pick<SetHeader, 'id' | 'number' | 'kind' | 'state' | 'startedAt' | 'needs'>[],
  { count, days }: Retention,
  nowMs: number,
): string[] {
  if (count === null && days === null) return [];
  const newestFirst = [...sets].sort((a, b) => b.number - a.number);
  const complete = newestFirst.filter(({ state }) => state === 'complete');
  const wanted = newestFirst.filter(
    ({ startedAt }, index) =>
      (count !== null && index < count) || (days !== null && nowMs - Date.parse(startedAt) <= days * dayMs),
  );
  const good = [complete[0], complete.find(({ kind }) => kind === 'full')].filter((set) => set !== undefined);
  const kept = new Set([...wanted, ...good].map(({ id }) => id));
  const needsOf = new Map(sets.map(({ id, needs }) => [id, needs]));
  // A set is walked over after it was added, so what the needed ones need is kept too.
  for (const id of kept) for (const needed of needsOf.get(id) ?? []) kept.add(needed);
  return newestFirst.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
}
