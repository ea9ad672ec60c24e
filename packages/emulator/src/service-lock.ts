import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isSameProcess } from './process-identity.js';

interface Holder {
  pid: number;
  identity: string;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function tryTake(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the store for this process and returns the release. A lock left by a process that died is taken over.
 * Throws when another live process serves the store.
 */
export function takeServiceLock(store: string): () => void {
  mkdirSync(store, { recursive: true });
  const file = join(store, 'service.lock');
  if (!tryTake(file)) {
    const holder = readHolder(file);
    if (holder && isSameProcess(holder.pid, holder.identity)) {
      throw new Error(`another emulated Task Scheduler (process ${holder.pid}) already serves ${store}`);
    }
    rmSync(file, { force: true });
    if (!tryTake(file)) throw new Error(`another emulated Task Scheduler has just started to serve ${store}`);
  }
  return () => rmSync(file, { force: true });
}
