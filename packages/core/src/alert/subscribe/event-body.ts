import type { DeliveredEvent } from './subscription-events.js';

/** Of the bodies below. It grows only when something is taken away or means something else. */
const bodyVersion = 1;

/** What is sent. */
export interface EventFacts {
  /** Counts up over all events: of two about one incident the higher one is the newer. */
  readonly number: number;
  readonly type: DeliveredEvent;
  /** When it happened, in epoch milliseconds. */
  readonly atMs: number;
  readonly data: unknown;
}

/** The body of a delivery; the same in every attempt. Source: Standard Webhooks, "Payload structure". */
export function eventBody({ number, type, atMs, data }: EventFacts): string {
  return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), version: bodyVersion, number, data });
}
