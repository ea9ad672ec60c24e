import { previousOccurrence, scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import type { PlannedTimes } from '../documents/maintenance-window.schema.js';
import { type Span, weeklySpans } from './weekly-spans.js';

const dayMs = 86_400_000;
/** A week has every weekly span; a cron may come once in four years. */
const reachMs = { weekly: 15 * dayMs, cron: 4 * 366 * dayMs };

/** The window that is open at an instant; of several the one that ends last. */
export function windowAt(spec: PlannedTimes, nowMs: number): Span | null {
  const open = around(spec, nowMs)
    .map((span) => clipped(spec, span))
    .filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
  return open.reduce<Span | null>((last, span) => (last && last.untilMs >= span.untilMs ? last : span), null);
}

function around({ when, timezone }: PlannedTimes, nowMs: number): Span[] {
  switch (when.kind) {
    case 'once':
      return [{ fromMs: Date.parse(when.from), untilMs: Date.parse(when.until) }];
    case 'weekly':
      return weeklySpans(when.spans, timezone, { fromMs: nowMs, untilMs: nowMs + 1 });
    case 'cron': {
      const options = { atMs: nowMs, withinMs: when.durationMs, hostTimezone: timezone };
      const begun = previousOccurrence(cronOf(when.expression, timezone), options);
      return begun ? [{ fromMs: begun.atMs, untilMs: begun.atMs + when.durationMs }] : [];
    }
  }
}

/** The next window that begins after an instant; null: none in the years to come. */
export function nextWindow(spec: PlannedTimes, nowMs: number): Span | null {
  const fromMs = Math.max(nowMs, spec.when.kind === 'once' ? nowMs : Date.parse(spec.from ?? '') - 1 || nowMs);
  const next = following(spec, fromMs).find((span) => span.fromMs > nowMs);
  if (!next) return null;
  const clip = clipped(spec, next);
  return clip.fromMs < clip.untilMs ? clip : null;
}

function following({ when, timezone }: PlannedTimes, nowMs: number): Span[] {
  switch (when.kind) {
    case 'once':
      return [{ fromMs: Date.parse(when.from), untilMs: Date.parse(when.until) }];
    case 'weekly':
      return weeklySpans(when.spans, timezone, { fromMs: nowMs, untilMs: nowMs + reachMs.weekly });
    case 'cron': {
      const range = { fromMs: nowMs, untilMs: nowMs + reachMs.cron, hostTimezone: timezone };
      const first = scheduleOccurrences(cronOf(when.expression, timezone), range).next();
      return first.done ? [] : [{ fromMs: first.value.atMs, untilMs: first.value.atMs + when.durationMs }];
    }
  }
}

/** One that recurs does so between its borders. */
function clipped({ when, from, until }: PlannedTimes, span: Span): Span {
  if (when.kind === 'once') return span;
  return {
    fromMs: Math.max(span.fromMs, from === null ? span.fromMs : Date.parse(from)),
    untilMs: Math.min(span.untilMs, until === null ? span.untilMs : Date.parse(until)),
  };
}

function cronOf(expression: string, timezone: string): Schedule {
  return [{ kind: 'cron', expression, timezone }];
}
