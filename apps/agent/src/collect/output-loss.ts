import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SpoolLost } from '@carillon/contract/agent/host-events';
import { isRunning } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { UnnumberedEvent } from '../state/event-log.js';

/** Output of a run that waits, or a file that was put aside. */
export interface SpooledFile {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Its run is under way. */
  readonly inUse: boolean;
}

type Folder = Pick<AgentFolder, 'output' | 'running'>;

const marked = /^(.+)\.([a-z]+)\.([0-9a-f-]{36})\.lost$/;

/** Everything in the output folder but what is given up already, oldest first. */
export function listOutput(folder: Folder): SpooledFile[] {
  const files = readdirSync(folder.output).flatMap((name): SpooledFile[] => {
    if (marked.test(name)) return [];
    const stat = statSync(join(folder.output, name), { throwIfNoEntry: false });
    if (!stat) return [];
    const inUse = name.endsWith('.out') && isRunning(folder.running, name.slice(0, -'.out'.length));
    return [{ name, bytes: stat.size, modifiedMs: stat.mtimeMs, inUse }];
  });
  return files.sort((a, b) => a.modifiedMs - b.modifiedMs);
}

/**
 * Marks files as given up under the id of the event that will tell it: however often a crash comes in between, the
 * event is one and the same.
 */
export function giveUpOutput(
  folder: Folder,
  files: readonly SpooledFile[],
  reason: SpoolLost['reason'],
  eventId: string,
): void {
  for (const { name } of files) {
    const path = join(folder.output, name);
    if (existsSync(path)) renameSync(path, `${path}.${reason}.${eventId}.lost`);
  }
}

const namedRuns = 200;

/** The event for each group of files that are given up, and how to delete them once it is safe. */
export function lostOutput(folder: Folder, nowMs: number): { event: UnnumberedEvent; remove: () => void }[] {
  const groups = new Map<string, { reason: SpoolLost['reason']; files: string[] }>();
  for (const name of readdirSync(folder.output).sort()) {
    const [, , reason, eventId] = marked.exec(name) ?? [];
    if (eventId === undefined) continue;
    const group = groups.get(eventId) ?? { reason: reason as SpoolLost['reason'], files: [] };
    group.files.push(name);
    groups.set(eventId, group);
  }
  return [...groups].map(([eventId, { reason, files }]) => {
    const paths = files.map((name) => join(folder.output, name));
    const stats = paths.map((path) => statSync(path));
    const runIds = files.flatMap((name) => /^([0-9a-f-]{36})\.out/.exec(name)?.[1] ?? []);
    const times = stats.map((stat) => stat.mtimeMs).sort((a, b) => a - b);
    const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(Math.round(ms)).toISOString());
    const data: SpoolLost = {
      kind: 'spool.lost',
      reason,
      runEvents: 0,
      otherEvents: 0,
      outputRuns: runIds.length,
      outputBytes: stats.reduce((sum, stat) => sum + stat.size, 0),
      runIds: runIds.slice(0, namedRuns),
      from: iso(times[0]),
      to: iso(times.at(-1)),
    };
    const event = { eventId, at: new Date(nowMs).toISOString(), data };
    return {
      event,
      remove: () => {
        for (const path of paths) rmSync(path, { force: true });
      },
    };
  });
}
