/** A file that a set can give back. */
export interface IndexFile {
  /** Where it was, drive and all, as `storedPath` says it. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Of its bytes, hex. */
  readonly sha256: string;
  /** The set whose folder has the bytes. */
  readonly set: string;
}

/** One line of `index.jsonl`. Each index says the whole day, also in a set that holds only what has changed. */
export type IndexLine =
  | IndexFile
  /** A folder with nothing in it; others follow from their files. */
  | { readonly path: string; readonly folder: true }
  /** In the base, and not there any more. */
  | { readonly path: string; readonly deleted: true }
  /** There, and not saved: why. */
  | { readonly path: string; readonly unsaved: string };

/** A file as it is on the disk now. */
export interface SeenFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * Is a file as it was in the base, so that its bytes need not be saved again?
 * @param sha256 of its bytes now, where they are to be compared
 */
export function isAsBefore(
  before: IndexFile | undefined,
  now: SeenFile,
  sha256: string | undefined,
): before is IndexFile {
  if (before === undefined || before.bytes !== now.bytes) return false;
  return sha256 === undefined ? before.modifiedMs === now.modifiedMs : before.sha256 === sha256;
}

/** Paths of files that a base had and that are not there now, in the base's order. */
export function goneSince(base: Iterable<IndexFile>, seen: ReadonlySet<string>): string[] {
  return [...base].map(({ path }) => path).filter((path) => !seen.has(path));
}

/** Reads one line of an index; nothing of it is believed before. @returns what is wrong, in words, when something is */
export function readIndexLine(text: string): IndexLine | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (raw === null || typeof raw !== 'object') return 'it is no map';
  const { path, bytes, modifiedMs, sha256, set, folder, deleted, unsaved } = raw as Record<string, unknown>;
  if (typeof path !== 'string') return 'it has no path';
  if (folder === true) return { path, folder };
  if (deleted === true) return { path, deleted };
  if (typeof unsaved === 'string') return { path, unsaved };
  if (!isCount(bytes) || typeof modifiedMs !== 'number' || !Number.isFinite(modifiedMs))
    return 'it has no size or time';
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return 'it has no SHA-256';
  if (typeof set !== 'string') return 'it names no set';
  return { path, bytes, modifiedMs, sha256, set };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * What a file is called in a set: `D:\data\a.txt` -> `D/data/a.txt`, `\\nas\x\a` -> `UNC/nas/x/a`, `/srv/a` -> `srv/a`.
 * @param path absolute
 * @param isWindows whether backslashes part names
 */
export function storedPath(path: string, isWindows: boolean): string {
  const names = path.split(isWindows ? /[\\/]+/ : /\/+/).filter(Boolean);
  if (!isWindows) return names.join('/');
  if (path.startsWith('\\\\')) return ['UNC', ...names].join('/');
  return [(names[0] ?? '').replace(':', '').toUpperCase(), ...names.slice(1)].join('/');
}

/** Names that Windows takes for devices, with any ending. */
const devices = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * Why a path of an index must not be written below a folder: it would leave it, or be something else than a file in it.
 * An index may have been changed by whoever may write on the share.
 */
export function storedPathProblem(path: string, isWindows: boolean): string | undefined {
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) return 'it has an empty part, . or .. in it';
  if (path.includes('\0')) return 'it has a NUL in it';
  if (!isWindows) return undefined;
  if (/[\\:*?"<>|\p{Cc}]/u.test(path)) return 'it has a sign that file names of Windows forbid';
  if (names.some((name) => /[. ]$/.test(name) || devices.test(name)))
    return 'it has a name that Windows takes for another';
  return undefined;
}
