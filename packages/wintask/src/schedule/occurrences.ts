import { mergeOrdered } from './merge-ordered.js';
import type { Rule } from './rule.js';
import { type Occurrence, ruleInstants, ruleOccurrences } from './rule-occurrences.js';
import { type RuleContext, ruleOf } from './rule-of-entry.js';
import type { Schedule } from './schedule.js';

export type { Occurrence } from './rule-occurrences.js';

const HOUR = 3_600_000;
// Timers may fire a little early; a fire this close before its time still counts as that time.
const EARLY_MS = 1000;

function rulesOf(schedule: Schedule, context: RuleContext): Rule[] {
  return schedule.map((entry, index) => {
    const result = ruleOf(entry, context);
    if (!result.ok) throw new TypeError(`schedule entry ${index}: ${result.problem.message}`);
    return result.rule;
  });
}

function* rulesOccurrences(rules: Rule[], fromMs: number, untilMs: number): Generator<Occurrence> {
  let last = Number.NEGATIVE_INFINITY;
  const sources = rules.map((rule) => ruleOccurrences(rule, fromMs, untilMs));
  for (const found of mergeOrdered(sources, (occurrence) => occurrence.atMs)) {
    if (found.atMs === last) continue;
    last = found.atMs;
    yield found;
  }
}

/**
 * The times at which a schedule fires, strictly after `fromMs` and up to and including `untilMs` (default: without
 * end; take what is needed), in order, each instant once however many entries name it. Entries whose fires nobody
 * can know ahead have none: start-up, logon, event, fixed delay and those that the agent watches for.
 *
 * When clocks change: a wall-clock time that is skipped fires once, at the first instant that exists after it
 * (`after-gap`); a wall-clock time that comes twice fires the first time only. A cron with every hour (`*` or `0-23`)
 * and an `every` that divides an hour are intervals rather than wall-clock times: they fire in both passes of a doubled
 * hour (the second is marked `repeated-hour`) and not for a skipped one.
 * Throws TypeError when an entry is not valid; `compileSchedule` reports the same as a value.
 */
export function scheduleOccurrences(
  schedule: Schedule,
  range: { fromMs: number; untilMs?: number } & RuleContext,
): Generator<Occurrence> {
  const { fromMs, untilMs = Number.POSITIVE_INFINITY } = range;
  return rulesOccurrences(rulesOf(schedule, range), fromMs, untilMs);
}

/** `atMs` of `scheduleOccurrences`, at half the cost: what clocks show at them is not worked out. */
export function scheduleInstants(
  schedule: Schedule,
  range: { fromMs: number; untilMs?: number } & RuleContext,
): Generator<number> {
  const { fromMs, untilMs = Number.POSITIVE_INFINITY } = range;
  return instantsOnce(rulesOf(schedule, range).map((rule) => ruleInstants(rule, fromMs, untilMs)));
}

function* instantsOnce(sources: Generator<{ atMs: number }>[]): Generator<number> {
  let last = Number.NEGATIVE_INFINITY;
  for (const { atMs } of sources.length === 1 ? sources[0]! : mergeOrdered(sources, (instant) => instant.atMs)) {
    if (atMs === last) continue;
    last = atMs;
    yield atMs;
  }
}

/** The last occurrence at or before `atMs`, not older than `withinMs`; undefined when there is none. */
export function previousOccurrence(
  schedule: Schedule,
  options: { atMs: number; withinMs: number } & RuleContext,
): Occurrence | undefined {
  const { atMs, withinMs } = options;
  const rules = rulesOf(schedule, options);
  // Look back a little first: dense schedules answer at once, sparse ones cost few more looks.
  for (let reach = Math.min(HOUR, withinMs); ; reach = Math.min(reach * 8, withinMs)) {
    let last: Occurrence | undefined;
    for (const found of rulesOccurrences(rules, atMs - reach - 1, atMs)) last = found;
    if (last || reach >= withinMs) return last;
  }
}

export type Due = { due: true; scheduledForMs: number } | { due: false; reason: 'no-occurrence-in-tolerance' };

/**
 * The gate: does a start at `atMs` belong to an occurrence not longer than `toleranceMs` ago? Two starts can belong to
 * the same occurrence; whoever asks remembers the `scheduledForMs` already served.
 */
export function isDue(schedule: Schedule, options: { atMs: number; toleranceMs: number } & RuleContext): Due {
  const { atMs, toleranceMs, ...context } = options;
  const withinMs = toleranceMs + EARLY_MS;
  const found = previousOccurrence(schedule, { ...context, atMs: atMs + EARLY_MS, withinMs });
  if (!found) return { due: false, reason: 'no-occurrence-in-tolerance' };
  return { due: true, scheduledForMs: found.atMs };
}

/**
 * When the next run of a fixed delay is due, given the end of the job's last run (null: it never ran, so at once, which
 * is the answer null). The shortest of several delays counts; undefined when the schedule has none.
 */
export function dueAfter(schedule: Schedule, lastEndMs: number | null): number | null | undefined {
  const delays = schedule.flatMap((entry) => (entry.kind === 'after' ? [entry.delayMs] : []));
  if (delays.length === 0) return undefined;
  return lastEndMs === null ? null : lastEndMs + Math.min(...delays);
}
