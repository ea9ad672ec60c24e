import type { Quantiles } from '../quantiles.js';

/** What the load program is asked for, one order at a time; it answers each. */
export type Order =
  | {
      readonly kind: 'join';
      readonly server: string;
      readonly token: string;
      readonly hosts: number;
      readonly jobIds: readonly string[];
    }
  /** Every host sends as fast as its windows allow: what waited on hosts that were cut off. */
  | { readonly kind: 'flood'; readonly seconds: number }
  /** So many runs at once, over all hosts; they all start before the first ends, as at the top of an hour. */
  | { readonly kind: 'burst'; readonly results: number }
  /** Runs that start and end one by one, spread over the hosts. */
  | { readonly kind: 'paced'; readonly perSecond: number; readonly seconds: number }
  /** One run of one host; of a job that fails, where one is named. */
  | { readonly kind: 'single'; readonly failing?: string };

/** Results are counted when their events and their output are acked. */
export interface LoadFigures {
  readonly results: number;
  /** Until the last of them was acked. */
  readonly seconds: number;
  /** From a frame of events to its ack. */
  readonly ackMs: Quantiles;
  /** Of the load program itself. */
  readonly cpuMs: number;
}

export type Answer =
  | { readonly kind: 'joined' }
  | { readonly kind: 'figures'; readonly figures: LoadFigures }
  | { readonly kind: 'sent'; readonly runId: string; readonly atMs: number }
  | { readonly kind: 'failed'; readonly message: string };
