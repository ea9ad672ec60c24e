/** How a measure stands to its threshold. */
export interface ThresholdState {
  /** Since when it has been above without a break; null: it is not. */
  readonly aboveSinceMs: number | null;
  /** It has been told, and is not again before it was below once. */
  readonly isTold: boolean;
}

export const belowThreshold: ThresholdState = { aboveSinceMs: null, isTold: false };

/**
 * Takes one measure. It fires once when the measure has been above for the whole time; what could not be measured counts as
 * not above.
 * @param percent share of the whole, 0-100
 */
export function lookAtMeasure(
  state: ThresholdState,
  percent: number | undefined,
  { abovePercent, forMs }: { readonly abovePercent: number; readonly forMs: number },
  nowMs: number,
): { readonly state: ThresholdState; readonly fires: boolean } {
  if (percent === undefined || percent <= abovePercent) return { state: belowThreshold, fires: false };
  const aboveSinceMs = state.aboveSinceMs ?? nowMs;
  const fires = !state.isTold && nowMs - aboveSinceMs >= forMs;
  return { state: { aboveSinceMs, isTold: state.isTold || fires }, fires };
}
