import type { Hints } from '../queue/hints.js';

/** Ids of messages that a transaction wrote, for the hints that follow its commit. */
export interface Written {
  /** Notices to channels. */
  readonly notices: readonly string[];
  /** Events to subscriptions. */
  readonly events: readonly string[];
}

export const nothingWritten: Written = { notices: [], events: [] };

/** Says after the commit what is to be delivered. A lost hint costs one poll. */
export function tellOf(hints: Hints, { notices, events }: Written): void {
  if (notices.length > 0) hints.publish({ kind: 'notices', hostIds: [], ids: notices });
  if (events.length > 0) hints.publish({ kind: 'events', hostIds: [], ids: events });
}
