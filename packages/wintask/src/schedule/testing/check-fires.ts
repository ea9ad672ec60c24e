import { expect } from 'vitest';
import { triggerOccurrences } from '../../trigger/occurrences.js';
import { compileSchedule } from '../compile.js';
import { isDue, scheduleOccurrences } from '../occurrences.js';
import type { RuleContext } from '../rule-of-entry.js';
import type { Schedule } from '../schedule.js';

const DAY = 86_400_000;

/** One crontab expression as a schedule. */
export function cronSchedule(expression: string, timezone?: string): Schedule {
  return [{ kind: 'cron', expression, ...(timezone ? { timezone } : {}) }];
}

/** Compiles, or throws what is wrong with the schedule. */
export function compiled(schedule: Schedule, context: RuleContext) {
  const result = compileSchedule(schedule, context);
  if (!result.ok) throw new Error(result.problem.message);
  return result;
}

/** The starts that get through: fires of the triggers at which the gate says that this very instant is due. */
export function startsOf(schedule: Schedule, context: RuleContext, range: { fromMs: number; untilMs: number }) {
  const { triggers, exactness } = compiled(schedule, context);
  const fires = [...triggerOccurrences(triggers, { ...range, hostTimezone: context.hostTimezone })];
  const starts = new Set<number>();
  for (const { atMs } of fires) {
    const due = isDue(schedule, { atMs, toleranceMs: 0, ...context });
    if (due.due && due.scheduledForMs === atMs) starts.add(atMs);
  }
  return { starts: [...starts], exactness, fires: fires.map(({ atMs }) => atMs) };
}

/** Expects triggers and gate together to fire exactly at the schedule, and the triggers alone where they say so. */
export function checkFires(schedule: Schedule, context: RuleContext, fromMs: number, days: number): void {
  const untilMs = fromMs + days * DAY;
  const wanted = [...scheduleOccurrences(schedule, { fromMs, untilMs, ...context })].map(({ atMs }) => atMs);
  const { triggers, exactness } = compiled(schedule, context);
  const range = { fromMs, untilMs, hostTimezone: context.hostTimezone };
  const fires = [...triggerOccurrences(triggers, range)].map(({ atMs }) => atMs);
  if (exactness === 'exact') expect(fires).toEqual(wanted);
  const native = new Set(fires);
  expect(wanted.filter((atMs) => !native.has(atMs))).toEqual([]);
  // Asking the gate about every minute of weeks is slow and shows nothing more than the first thousand starts do.
  const reach = fires.length > 1000 ? fires[999]! : untilMs;
  const { starts } = startsOf(schedule, context, { fromMs, untilMs: reach });
  expect(starts).toEqual(wanted.filter((atMs) => atMs <= reach));
}
