import { join } from 'node:path';
import type { UnnumberedEvent } from '../state/event-log.js';
import { writeFileDurably } from '../state/files.js';

// Apart from reading the box, which needs the schemas of all messages: a runner should start fast.
/** Leaves an event for the agent, on disk before it returns. Ids are UUIDv7, so names sort by time. */
export function dropEvent(folder: string, event: UnnumberedEvent): void {
  writeFileDurably(join(folder, `${event.eventId}.json`), JSON.stringify(event), 0o644);
}
