import { sizeAsWritten } from '../job/as-written.js';
import { describeDuration } from '../job/describe-schedule.js';
import { matchesGlob } from './glob.js';

/** Files that go: those below `root` for which everything that is asked holds. */
export interface CleanupSpec {
  /** An absolute folder; nothing outside it is touched. */
  readonly root: string;
  /** Globs against paths below the root; one that fits is enough. */
  readonly patterns: readonly string[];
  /** By the time of the last change. Null: of any age. */
  readonly olderThanMs: number | null;
  /** Null: of any size. */
  readonly largerThanBytes: number | null;
  /** So many of the newest files that fit a pattern stay, whatever else is said. */
  readonly keepNewest: number;
  /** The oldest go first, and none any more once the disk has so much room. Null: all go. */
  readonly untilFreeBytes: number | null;
  /** Folders below the root that this run leaves empty go too. */
  readonly emptyFolders: boolean;
  /** Folder into which files are copied before they go; null: they are deleted. */
  readonly archive: string | null;
}

/** The form of a job file. */
export function cleanupAsWritten(spec: CleanupSpec): Readonly<Record<string, unknown>> {
  const [only, ...more] = spec.patterns;
  return {
    root: spec.root,
    patterns: more.length === 0 ? only : spec.patterns,
    ...(spec.olderThanMs === null ? {} : { olderThan: describeDuration(spec.olderThanMs) }),
    ...(spec.largerThanBytes === null ? {} : { largerThan: sizeAsWritten(spec.largerThanBytes) }),
    ...(spec.keepNewest === 0 ? {} : { keepNewest: spec.keepNewest }),
    ...(spec.untilFreeBytes === null ? {} : { untilFree: sizeAsWritten(spec.untilFreeBytes) }),
    ...(spec.emptyFolders ? { emptyFolders: true } : {}),
    ...(spec.archive === null ? {} : { archive: spec.archive }),
  };
}

/** A file as it was listed. */
export interface FoundFile {
  /** Below the root, parts joined by `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface CleanupFacts {
  readonly nowMs: number;
  /** Of the disk that the root is on; asked only where the definition has a target for it. */
  readonly freeBytes: number;
  readonly ignoreCase: boolean;
}

/** What a cleanup does, decided before anything is touched. */
export interface CleanupPlan<File extends FoundFile = FoundFile> {
  /** In the order in which they go: the oldest first. */
  readonly remove: readonly File[];
  /** Files that fit a pattern and stay. */
  readonly kept: number;
  /** What the disk will have too little of its target, in bytes; 0 when there is no target or it is reached. */
  readonly missingBytes: number;
}

/** May a file go as far as its name says? Asked while the folders are read, so that what does not fit is never kept in mind. */
export function isNamedFor(spec: Pick<CleanupSpec, 'patterns'>, path: string, ignoreCase: boolean): boolean {
  return spec.patterns.some((pattern) => matchesGlob(pattern, path, ignoreCase));
}

/** Which files go. Of equal age, the order of their paths decides, so that two looks at the same folder say the same. */
export function planCleanup<File extends FoundFile>(
  spec: CleanupSpec,
  files: readonly File[],
  { nowMs, freeBytes, ignoreCase }: CleanupFacts,
): CleanupPlan<File> {
  const named = files.filter(({ path }) => isNamedFor(spec, path, ignoreCase)).sort(oldestFirst);
  const free = named.slice(0, Math.max(0, named.length - spec.keepNewest));
  const due = free.filter(
    ({ bytes, modifiedMs }) =>
      (spec.olderThanMs === null || nowMs - modifiedMs > spec.olderThanMs) &&
      (spec.largerThanBytes === null || bytes > spec.largerThanBytes),
  );
  const { untilFreeBytes } = spec;
  if (untilFreeBytes === null) return { remove: due, kept: named.length - due.length, missingBytes: 0 };
  const remove: File[] = [];
  let missingBytes = untilFreeBytes - freeBytes;
  for (const file of due) {
    if (missingBytes <= 0) break;
    remove.push(file);
    missingBytes -= file.bytes;
  }
  return { remove, kept: named.length - remove.length, missingBytes: Math.max(0, missingBytes) };
}

function oldestFirst(a: FoundFile, b: FoundFile): number {
  return a.modifiedMs - b.modifiedMs || (a.path < b.path ? -1 : 1);
}
