/** What an agent must be able to do to be asked about runs that seem to be under way. */
export const runsCheckCapability = 'runs-check';

/** The reason of a run whose host knows nothing of it any more: how it ended is not known. */
export const forgottenReason = 'forgotten';

/** So long a run is taken to be under way before its host is asked about it, milliseconds. */
export const runsCheckAfterMs = 120_000;

/** What an agent has of its runs at one moment. */
export interface KnownRuns {
  /** Those that run or wait. */
  readonly underWay: ReadonlySet<string>;
  /** Something is kept that the centre has not: the end of any run may be in it. */
  readonly hasUntold: boolean;
}

/** Those of the asked runs that will never be heard of again. None while something is untold: it is asked again later. */
export function forgottenRuns<Run extends { readonly runId: string }>(
  asked: readonly Run[],
  { underWay, hasUntold }: KnownRuns,
): Run[] {
  return hasUntold ? [] : asked.filter(({ runId }) => !underWay.has(runId));
}
