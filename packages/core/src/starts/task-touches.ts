import { accountOf, taskEventIds as ids, type TaskEvent, taskOf } from '@carillon/wintask/history/task-event';
import type { DriftKind } from '../state/states.js';

/** Somebody registered, changed, switched off or deleted a task of ours. */
export interface TaskTouch {
  /** Kind of the record that says so. */
  readonly id: number;
  readonly atMs: number;
  /** As Windows names it. */
  readonly account: string | null;
  /** It was the agent. */
  readonly isOwn: boolean;
}

/** The last touches of each task of ours, by path in lower case, oldest first. Plain JSON: kept beside the place in the log. */
export type TaskTouches = Readonly<Record<string, readonly TaskTouch[]>>;

export interface TouchFacts {
  readonly isOurs: (path: string) => boolean;
  /** Was the agent changing this task at that time? */
  readonly isOwn: (path: string, atMs: number) => boolean;
}

const kept = 10;
const kinds: ReadonlySet<number> = new Set([ids.registered, ids.updated, ids.deleted, ids.disabled]);
const behind: Record<DriftKind, readonly number[]> = {
  deleted: [ids.deleted],
  disabled: [ids.disabled, ids.updated],
  edited: [ids.updated, ids.registered, ids.disabled],
  unreadable: [],
};

/** Reads on in Task Scheduler's log: who touched which task of ours. */
export function readTouches(before: TaskTouches, events: readonly TaskEvent[], facts: TouchFacts): TaskTouches {
  const touches = new Map(Object.entries(before).filter(([path]) => facts.isOurs(path)));
  for (const event of events) {
    const path = taskOf(event)?.toLowerCase();
    if (path === undefined || !kinds.has(event.id) || !facts.isOurs(path)) continue;
    const atMs = Date.parse(event.at);
    const touch = { id: event.id, atMs, account: accountOf(event) ?? null, isOwn: facts.isOwn(path, atMs) };
    touches.set(path, [...(touches.get(path) ?? []), touch].slice(-kept));
  }
  return Object.fromEntries(touches);
}

/** The touch that made a task what it was found as; null when the log does not tell, or tells only of the agent. */
export function touchBehind(touches: TaskTouches, path: string, found: DriftKind): TaskTouch | null {
  const last = (touches[path.toLowerCase()] ?? [])
    .filter(({ id, isOwn }) => isOwn || behind[found].includes(id))
    .at(-1);
  return last && !last.isOwn ? last : null;
}
