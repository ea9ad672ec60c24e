import { clockRules } from './clock.js';

/** What a person should know of a host besides whether it is there. */
export type HostConcern =
  /** Another agent works with this host's identity; the later one is refused. */
  | { readonly code: 'copy'; readonly hostname: string; readonly lastMs: number }
  /** Its clock is ahead of the centre's, or behind (negative): its jobs run at other times than people expect. */
  | { readonly code: 'clock'; readonly aheadMs: number }
  /** Something that waited there was given up before the centre had it. */
  | {
      readonly code: 'spool_lost';
      readonly runEvents: number;
      readonly otherEvents: number;
      readonly outputRuns: number;
      /** When the host last said so, epoch milliseconds. */
      readonly lastMs: number;
    }
  /** Results cannot be written there, or not for long. */
  | { readonly code: 'disk'; readonly message: string };

export interface ConcernRules {
  /** Losses stay a concern for so long. */
  readonly lossShownMs: number;
  /** Copies, after they were seen last. */
  readonly copyShownMs: number;
}

export const defaultConcernRules: ConcernRules = {
  lossShownMs: 7 * 24 * 60 * 60_000,
  copyShownMs: 24 * 60 * 60_000,
};

export interface HostHealthFacts {
  /** Sums of the losses that are still shown; null when there are none. */
  readonly losses: {
    readonly runEvents: number;
    readonly otherEvents: number;
    readonly outputRuns: number;
    readonly lastMs: number;
  } | null;
  /** As the agent last said. */
  readonly diskProblem: string | null;
  /** By its last message; null when it never told. */
  readonly clockAheadMs: number | null;
  /** The copy that was seen last, while that is a concern. */
  readonly copy: { readonly hostname: string; readonly lastMs: number } | null;
}

/** The concerns of a host, the gravest first. */
export function concernsOf({ losses, diskProblem, clockAheadMs, copy }: HostHealthFacts): HostConcern[] {
  const concerns: HostConcern[] = [];
  if (copy !== null) concerns.push({ code: 'copy', ...copy });
  if (diskProblem !== null) concerns.push({ code: 'disk', message: diskProblem });
  if (losses !== null) concerns.push({ code: 'spool_lost', ...losses });
  if (clockAheadMs !== null && Math.abs(clockAheadMs) >= clockRules.warnMs)
    concerns.push({ code: 'clock', aheadMs: clockAheadMs });
  return concerns;
}
