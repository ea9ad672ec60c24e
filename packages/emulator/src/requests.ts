import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from './atomic-file.js';
import { whileHeld } from './while-held.js';

/** Something schtasks asks the service to do. */
export interface SchedulerRequest {
  kind: 'run' | 'end';
  path: string;
}

/** Folder through which schtasks talks to the service; made when missing. */
export function requestFolder(store: string): string {
  const folder = join(store, 'requests');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Leaves a request for the service, which may not be running yet. */
export function leaveRequest(store: string, request: SchedulerRequest, nowMs: number): void {
  // The time first, so that requests are served in order.
  const name = `${String(nowMs).padStart(15, '0')}-${randomUUID()}.json`;
  writeAtomic(join(requestFolder(store), name), JSON.stringify(request));
}

/** Takes all requests, oldest first; each is taken once. Files older than `maxAgeMs` by the file clock are dropped. */
export function takeRequests(store: string, maxAgeMs: number, nowMs: number): SchedulerRequest[] {
  const folder = requestFolder(store);
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((name) => {
    const file = join(folder, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return [];
    const request = readRequest(file);
    whileHeld(() => rmSync(file, { force: true }));
    return request === undefined || nowMs - stat.mtimeMs > maxAgeMs ? [] : [request];
  });
}

function readRequest(file: string): SchedulerRequest | undefined {
  try {
    const request = JSON.parse(whileHeld(() => readFileSync(file, 'utf8'))) as SchedulerRequest;
    return (request.kind === 'run' || request.kind === 'end') && typeof request.path === 'string' ? request : undefined;
  } catch {
    return undefined;
  }
}
