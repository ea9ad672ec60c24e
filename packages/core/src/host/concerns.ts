/** What a person should know of a host besides whether it is there. */
export const hostConcernCodes = ['spool_lost', 'disk'] as const;

export type HostConcern =
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
}

export const defaultConcernRules: ConcernRules = { lossShownMs: 7 * 24 * 60 * 60_000 };

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
}

/** The concerns of a host, the gravest first. */
export function concernsOf({ losses, diskProblem }: HostHealthFacts): HostConcern[] {
  const concerns: HostConcern[] = [];
  if (diskProblem !== null) concerns.push({ code: 'disk', message: diskProblem });
  if (losses !== null) concerns.push({ code: 'spool_lost', ...losses });
  return concerns;
}
