import { actionLimits, reportDefaults } from '../action/action-limits.js';
import type { ReportSpec } from '../action/report.js';

/** From an instant up to another, which does not belong to it; epoch milliseconds. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Which time a report tells of: it ends where its run began, so that telling it twice tells the same.
 * @param lastMs when the report before it from the same host began; null: there is none
 */
export function reportPeriod(
  { periodMs }: Pick<ReportSpec, 'periodMs'>,
  startedMs: number,
  lastMs: number | null,
): Period {
  const longestMs = actionLimits.reportPeriodMs.max;
  const wantedMs = periodMs ?? (lastMs === null ? reportDefaults.periodMs : startedMs - lastMs);
  return { fromMs: startedMs - Math.min(longestMs, Math.max(0, wantedMs)), toMs: startedMs };
}

const hourMs = 3_600_000;

/** How runs of a period are counted: whole hours are counted already, its edges run by run. */
export interface CountedPeriod {
  /** Hours since 1970, the last one not included; none where both are the same. */
  readonly hours: { readonly from: number; readonly to: number };
  readonly edges: readonly [Period, Period];
}

export function countedPeriod({ fromMs, toMs }: Period): CountedPeriod {
  const from = Math.ceil(fromMs / hourMs);
  const to = Math.max(from, Math.floor(toMs / hourMs));
  const first = Math.min(toMs, from * hourMs);
  return {
    hours: { from, to },
    edges: [
      { fromMs, toMs: first },
      { fromMs: Math.max(first, to * hourMs), toMs },
    ],
  };
}
