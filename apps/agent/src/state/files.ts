import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

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
  renameSync(temporary, path);
}

/** Adds lines at a file's end and to disk. */
export function appendDurably(path: string, text: string): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
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
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new SyntaxError(`${path}: not JSON (${error instanceof Error ? error.message : error})`);
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileDurably(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Takes a file for ourselves by renaming it, so that of several takers exactly one wins.
 * @returns its content, or undefined when another was faster or there is none
 */
export function claimFile(path: string): string | undefined {
  const claimed = `${path}.${process.pid}.claimed`;
  try {
    renameSync(path, claimed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const content = readFileSync(claimed, 'utf8');
  rmSync(claimed, { force: true });
  return content;
}
