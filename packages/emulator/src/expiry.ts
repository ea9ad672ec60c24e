import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { parseIsoDuration } from '@carillon/wintask/time/duration';
import { boundaryInstant } from '@carillon/wintask/trigger/occurrences';

/** Whether a task that wants to be deleted when it has expired can expire: one of its triggers has an end. */
export function canExpire({ triggers, settings }: TaskDefinition): boolean {
  return settings.deleteExpiredTaskAfter === undefined || triggers.some((trigger) => endOf(trigger) !== undefined);
}

/**
 * When a task is to be deleted, in milliseconds since the epoch: so long after the end of all its triggers.
 * Undefined when it never expires. Source: MS-TSCH, DeleteExpiredTaskAfter.
 */
export function expiryOf({ triggers, settings }: TaskDefinition, hostTimezone: string): number | undefined {
  if (settings.deleteExpiredTaskAfter === undefined || triggers.length === 0) return undefined;
  const ends = triggers.map((trigger) => boundaryInstant(endOf(trigger), hostTimezone) ?? Number.POSITIVE_INFINITY);
  const lastMs = Math.max(...ends);
  if (!Number.isFinite(lastMs)) return undefined;
  return lastMs + (parseIsoDuration(settings.deleteExpiredTaskAfter) ?? 0);
}

function endOf(trigger: TaskDefinition['triggers'][number]): string | undefined {
  return trigger.kind === 'raw' ? undefined : trigger.endBoundary;
}
