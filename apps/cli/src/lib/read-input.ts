import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from './errors.js';
import type { Io } from './io.js';

/** Text of one file or of standard input, and what to call it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** Larger files are refused before anything looks at them. */
export const maxFileBytes = 1024 * 1024;
const documentFile = /\.(ya?ml|json)$/i;

/**
 * Reads what `-f` names: files, `-` for standard input, folders for the documents right in them.
 * @throws CliError that names the file which cannot be read
 */
export async function readSources(io: Pick<Io, 'cwd' | 'stdin'>, paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  const seen = new Set<string>();
  for (const file of (await Promise.all(paths.map((path) => listFiles(io, path)))).flat()) {
    const key = file === '-' ? file : resolve(io.cwd, file);
    if (seen.has(key)) continue;
    seen.add(key);
    sources.push(file === '-' ? await readAll(io.stdin, '<stdin>') : await readFile(io, file));
  }
  return sources;
}

async function listFiles(io: Pick<Io, 'cwd'>, path: string): Promise<string[]> {
  if (path === '-') return [path];
  const facts = await stat(resolve(io.cwd, path)).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!facts.isDirectory()) return [path];
  const entries = await readdir(resolve(io.cwd, path), { withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory() && documentFile.test(entry.name))
    .map((entry) => join(path, entry.name));
  if (files.length === 0)
    throw new CliError(`${path}: expected *.yaml, *.yml or *.json files in this folder, got none`);
  return files.sort();
}

async function readFile(io: Pick<Io, 'cwd'>, path: string): Promise<Source> {
  const absolute = resolve(io.cwd, path);
  const { size } = await stat(absolute).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (size > maxFileBytes) throw tooLarge(path, `${size} bytes`);
  return readAll(createReadStream(absolute), path);
}

/** Pipes have no size to ask for, so the limit is also kept while reading. */
export async function readAll(pieces: AsyncIterable<Uint8Array>, name: string): Promise<Source> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > maxFileBytes) break;
      parts.push(piece);
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  if (bytes > maxFileBytes) throw tooLarge(name, 'more');
  return { name, text: decode(Buffer.concat(parts), name) };
}

/** UTF-8, or UTF-16 with its mark, as PowerShell's `>` writes it. */
function decode(bytes: Buffer, name: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(`${name}: expected text in UTF-8, got bytes that are not`);
  }
}

function tooLarge(name: string, got: string): CliError {
  return new CliError(`${name}: expected at most ${maxFileBytes} bytes, got ${got}`, { code: 'too_large' });
}

function unreadable(name: string, error: unknown): CliError {
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOENT'
      ? 'no such file or folder'
      : code === 'EACCES'
        ? 'permission denied'
        : error instanceof Error
          ? error.message
          : String(error);
  return new CliError(`${name}: cannot be read: ${why}`, { code: code === 'ENOENT' ? 'not_found' : 'invalid' });
}
