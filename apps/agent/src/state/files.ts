import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { retryWhileHeld } from '../lib/retry-while-held.js';

/** Writes a file whole or not at all, and to disk before it returns: a power cut leaves the old or the new one. */
export function writeFileDurably(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', mode);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  retryWhileHeld(() => renameSync(temporary, path));
}

/** Adds lines at a file's end, and to disk before it returns. Where the disk does not take all of it, nothing is left. */
export function appendDurably(path: string, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  const file = openSync(path, 'a', 0o600);
  const { size } = fstatSync(file);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } catch (error) {
    // Half a line must not stand before the next one.
    ftruncateSync(file, size);
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * A JSON file, or undefined when there is none.
 * @throws SyntaxError naming the file when it is not JSON
 */
export function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  const text = retryWhileHeld(() => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new SyntaxError(`${path}: not JSON (${error instanceof Error ? error.message : error})`);
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileDurably(path, `${JSON.stringify(value, null, 2)}\n`);
}

export interface ClaimedFile {
  readonly content: string;
  /** Until then it lies beside its old place, under a name with our process id: whoever dies with it is found out. */
  release(): void;
}

/**
 * Takes a file for ourselves by renaming it, so that of several takers exactly one wins.
 * @returns undefined when another was faster or there is none
 */
export function claimFile(path: string): ClaimedFile | undefined {
  const claimed = `${path}.${process.pid}.claimed`;
  try {
    retryWhileHeld(() => renameSync(path, claimed));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { content: readFileSync(claimed, 'utf8'), release: () => rmSync(claimed, { force: true }) };
}

/** Process ids of those that claimed a file and did not release it. */
export function claimantsOf(path: string): number[] {
  const [folder, prefix] = [dirname(path), `${basename(path)}.`];
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.claimed'))
    .map((name) => Number(name.slice(prefix.length, -'.claimed'.length)));
}
