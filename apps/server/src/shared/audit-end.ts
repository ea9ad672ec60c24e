import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ChainHead } from '@carillon/core/audit/chain';

/** Where a server keeps the end of the audit that it found good: apart from the database, shared by the servers of a folder. */
export function endFile(dataFolder: string): string {
  return join(dataFolder, 'server', 'audit-end');
}

/** Says when somebody took the chain as it is. */
const acceptedFile = (dataFolder: string) => join(dataFolder, 'server', 'audit-accepted');

/** As `audit verify` prints it. What cannot be read was not kept. */
export function readEnd(dataFolder: string): ChainHead | null {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})\n?$/.exec(read(endFile(dataFolder))) ?? [];
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash };
}

export function writeEnd(dataFolder: string, { seq, hash }: ChainHead): void {
  write(endFile(dataFolder), `${seq}:${hash}\n`);
}

/** What witnesses were told before then is not looked for. @returns 0 when nobody ever said so */
export function acceptedMs(dataFolder: string): number {
  return Date.parse(read(acceptedFile(dataFolder)).trim()) || 0;
}

export function writeAccepted(dataFolder: string, atMs: number): void {
  write(acceptedFile(dataFolder), `${new Date(atMs).toISOString()}\n`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const half = `${file}.${process.pid}`;
  writeFileSync(half, text, { mode: 0o600 });
  renameSync(half, file);
}
