import { formatShortDuration } from '@carillon/wintask/time/duration';
import type { Reason } from '../reason.js';

/** The newest probe: a failure that was put in, and how far it has come. Instants in epoch milliseconds. */
export interface Probe {
  readonly beganMs: number;
  /** When its notice arrived. */
  readonly toldMs: number | null;
  /** When the notice of its end arrived: it has come through. */
  readonly endedMs: number | null;
  /** Since when it is known that nothing comes through; kept until a probe has. */
  readonly silentSinceMs: number | null;
}

export interface ProbeRules {
  /** From one probe to the next. */
  readonly everyMs: number;
  /** How long one may take. */
  readonly lateAfterMs: number;
}

export type ProbeDecision =
  | { readonly kind: 'begin' }
  | { readonly kind: 'late'; readonly reason: Reason }
  | { readonly kind: 'wait'; readonly untilMs: number };

/** More than a busy server takes by far, and soon enough for whoever relies on it. */
const longestLateMs = 60_000;

/** @param everyMs from one probe to the next */
export function probeRules(everyMs: number): ProbeRules {
  return { everyMs, lateAfterMs: Math.min(longestLateMs, everyMs) };
}

/**
 * What is to be done about the way alerts take.
 * @param probe null: there was none yet
 * @param steadySinceMs since when servers have watched without a break: while all were off nothing could come through
 */
export function decideProbe(
  probe: Probe | null,
  { everyMs, lateAfterMs }: ProbeRules,
  steadySinceMs: number,
  nowMs: number,
): ProbeDecision {
  if (!probe) return { kind: 'begin' };
  const { beganMs, endedMs, silentSinceMs } = probe;
  const dueMs = beganMs + everyMs;
  if (endedMs !== null || silentSinceMs !== null)
    return nowMs >= dueMs ? { kind: 'begin' } : { kind: 'wait', untilMs: dueMs };
  const lateMs = Math.max(beganMs, steadySinceMs) + lateAfterMs;
  if (nowMs >= lateMs) return { kind: 'late', reason: lateReason(probe, nowMs) };
  return nowMs >= dueMs ? { kind: 'begin' } : { kind: 'wait', untilMs: Math.min(dueMs, lateMs) };
}

function lateReason({ beganMs, toldMs }: Probe, nowMs: number): Reason {
  const what = toldMs === null ? 'nobody was told of it' : 'its end was not told';
  const afterMs = nowMs - beganMs;
  return {
    code: 'self_watch_silent',
    text: `a test failure was put in ${formatShortDuration(afterMs)} ago and ${what}: alerts may not arrive`,
    figures: { afterMs, told: toldMs !== null },
  };
}
