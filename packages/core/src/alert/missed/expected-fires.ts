import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { isTimed } from '@carillon/wintask/schedule/schedule';
import type { WhyVersion } from '../../why/due-fire.js';
import { missedRules } from './missed-rules.js';

/** What a host had registered from a time on, until the next. */
export interface ExpectedSpan {
  readonly version: WhyVersion;
  /** Of the host. */
  readonly timezone: string;
  readonly fromMs: number;
}

export interface ExpectedFire {
  readonly due: true;
  readonly atMs: number;
  readonly version: WhyVersion;
  readonly timezone: string;
}

export interface ExpectedRange {
  readonly afterMs: number;
  readonly untilMs: number;
  readonly spreadKey: string;
  /** No more fires than this; the rest is found next time. */
  readonly limit: number;
}

/** How far ahead a fire is looked for. */
const aheadMs = 366 * 86_400_000;

/** Spans that fire alike are one: a new version with the same timetable changes nothing about what is due. */
export function joinSpans(spans: readonly ExpectedSpan[]): ExpectedSpan[] {
  const joined: ExpectedSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && firesAlike(last, span)) joined[joined.length - 1] = { ...span, fromMs: last.fromMs };
    else joined.push(span);
  }
  return joined;
}

/**
 * The runs to expect after `afterMs` and up to `untilMs`, in order. Near the change from one timetable to another
 * nothing is expected: the host may have had either, since it tells of the change only afterwards.
 */
export function expectedFires(spans: readonly ExpectedSpan[], range: ExpectedRange): ExpectedFire[] {
  const fires: ExpectedFire[] = [];
  const joined = joinSpans(spans);
  for (const [index, span] of joined.entries()) {
    const next = joined[index + 1];
    // A fire at the very end counts where nothing follows.
    const untilMs = Math.min(range.untilMs, next ? next.fromMs - missedRules.changedBeforeMs : range.untilMs);
    const fromMs = Math.max(range.afterMs, span.fromMs + missedRules.changedAfterMs);
    for (const atMs of firesOf(span, { fromMs, untilMs, spreadKey: range.spreadKey })) {
      if (fires.length === range.limit) return fires;
      fires.push({ due: true, atMs, version: span.version, timezone: span.timezone });
    }
  }
  return fires;
}

/** The first fire after a time under what is registered now; null when there is none to expect. */
export function nextExpectedFire(
  spans: readonly ExpectedSpan[],
  { afterMs, spreadKey }: { afterMs: number; spreadKey: string },
): number | null {
  const last = spans.at(-1);
  if (!last) return null;
  for (const atMs of firesOf(last, { fromMs: afterMs, untilMs: afterMs + aheadMs, spreadKey })) return atMs;
  return null;
}

function* firesOf(
  { version, timezone }: ExpectedSpan,
  { fromMs, untilMs, spreadKey }: { fromMs: number; untilMs: number; spreadKey: string },
): Generator<number> {
  if (!version.enabled || fromMs >= untilMs) return;
  const timed = version.schedule.filter(isTimed);
  for (const { atMs } of scheduleOccurrences(timed, { fromMs, untilMs, hostTimezone: timezone, spreadKey })) yield atMs;
}

function firesAlike(a: ExpectedSpan, b: ExpectedSpan): boolean {
  return (
    a.timezone === b.timezone &&
    a.version.enabled === b.version.enabled &&
    JSON.stringify(a.version.schedule) === JSON.stringify(b.version.schedule)
  );
}
