import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type SetHeader, setIdPattern } from '@carillon/core/action/backup';
import { type IndexFile, type IndexLine, readIndexLine, storedPathProblem } from '@carillon/core/action/backup-index';
import { setHeaderSchema } from '@carillon/core/action/set-header.schema';
import { reasonOf } from './action-report.js';

/** Endings of what is no set yet, or none any more; nobody takes such a folder for one. */
export const unfinished = '.unfinished';
export const removing = '.removing';

export interface Sets {
  /** Oldest first. */
  readonly sets: readonly SetHeader[];
  /** Folders that are called like sets and cannot be read as such. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
  /** What runs left that were cut short. */
  readonly leftovers: readonly string[];
}

/** What stands in a job's folder of sets; nothing, where there is no such folder yet. */
export function listSets(folder: string): Sets {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const sets: SetHeader[] = [];
  const damaged: { id: string; reason: string }[] = [];
  for (const id of names.filter((name) => setIdPattern.test(name))) {
    const read = readHeader(folder, id);
    if (typeof read === 'string') damaged.push({ id, reason: read });
    else sets.push(read);
  }
  const leftovers = names.filter((name) => name.endsWith(unfinished) || name.endsWith(removing));
  return { sets: sets.sort((a, b) => a.number - b.number), damaged, leftovers };
}

function readHeader(folder: string, id: string): SetHeader | string {
  try {
    const read = setHeaderSchema.safeParse(JSON.parse(readFileSync(join(folder, id, 'set.json'), 'utf8')));
    if (!read.success) return 'its set.json is not one';
    return read.data.id === id ? read.data : `its set.json is that of ${read.data.id}`;
  } catch (error) {
    return `its set.json cannot be read: ${reasonOf(error)}`;
  }
}

/** The set that an incremental one stands on, with every file that it can give back. */
export interface Base {
  readonly header: SetHeader;
  readonly files: ReadonlyMap<string, IndexFile>;
}

export function indexOf(folder: string, id: string): string {
  return join(folder, id, 'index.jsonl');
}

/** Where the bytes of an indexed file are. */
export function bytesOf(folder: string, { set, path }: Pick<IndexFile, 'set' | 'path'>): string {
  return join(folder, set, 'files', path);
}

/** Are the bytes of an indexed file still there, as far as its size tells? */
export function stands(folder: string, file: IndexFile): boolean {
  const stats = lstatSync(bytesOf(folder, file), { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === file.bytes;
}

/**
 * The lines of a set's index, one after the other. All of it is compared with the header's hash first, and no path or set
 * is passed on that leads out of the folder: whoever may write on a share may have changed it.
 * @throws Error saying which line is wrong
 */
export function* readIndex(
  folder: string,
  { id, indexSha256 }: Pick<SetHeader, 'id' | 'indexSha256'>,
): Generator<IndexLine> {
  const path = indexOf(folder, id);
  const hash = createHash('sha256');
  for (const chunk of chunksOf(path)) hash.update(chunk);
  if (hash.digest('hex') !== indexSha256) throw new Error(`${path}: it is not the index that set.json tells of`);
  let number = 0;
  for (const text of linesOf(path)) {
    number += 1;
    const line = readIndexLine(text);
    const problem = typeof line === 'string' ? line : lineProblem(line);
    if (problem !== undefined) throw new Error(`${path}: line ${number}: ${problem}`);
    yield line as IndexLine;
  }
}

/** Of lines by which files and folders are made; what others name is only told. */
function lineProblem(line: IndexLine): string | undefined {
  if (!('set' in line) && !('folder' in line)) return undefined;
  if ('set' in line && !setIdPattern.test(line.set)) return 'it names no set';
  return nameProblem(line.path);
}

/** Why nothing of this name could be given back on this host. */
export function nameProblem(path: string): string | undefined {
  return storedPathProblem(path, process.platform === 'win32');
}

/** A text file that grows line by line, with the hash of all of it. */
export class LineFile {
  private readonly file: number;
  private readonly hash = createHash('sha256');
  private pending = '';

  constructor(path: string) {
    this.file = openSync(path, 'wx', 0o600);
  }

  write(line: object): void {
    this.pending += `${JSON.stringify(line)}\n`;
    if (this.pending.length > 64 * 1024) this.flush();
  }

  /** @returns SHA-256 of the whole file, which is on the disk by then */
  end(): string {
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
    return this.hash.digest('hex');
  }

  private flush(): void {
    const bytes = Buffer.from(this.pending);
    this.hash.update(bytes);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written);
    this.pending = '';
  }
}

function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(256 * 1024);
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

function* linesOf(path: string): Generator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (const chunk of chunksOf(path)) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
