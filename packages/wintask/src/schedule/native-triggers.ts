import type { CalendarSchedule, Repetition, Trigger } from '../task/trigger.js';
import { formatIsoDuration } from '../time/duration.js';
import { formatWall } from '../time/wall-clock.js';
import type { SignalRule } from './rule.js';
import type { TimeRun } from './time-runs.js';

const MINUTE = 60_000;

/**
 * Where triggers start: a midnight read as UTC. A fixed date in the past, unless asked otherwise, so that the same
 * schedule always gives the same task and a comparison with the registered one finds nothing.
 */
export interface StartDay {
  wallMs: number;
  /** '' for the host's wall clock, 'Z' for UTC. */
  suffix: '' | 'Z';
}

export const DEFAULT_START_MS = Date.UTC(2024, 0, 1);

function repetition(stepMinutes: number, durationMinutes?: number): Repetition {
  return {
    interval: formatIsoDuration(stepMinutes * MINUTE),
    ...(durationMinutes === undefined ? {} : { duration: formatIsoDuration(durationMinutes * MINUTE) }),
    stopAtDurationEnd: false,
  };
}

/** A CalendarTrigger for one run of times. The duration is inclusive, so it ends at the last time of the run. */
export function calendarTrigger(schedule: CalendarSchedule, run: TimeRun, start: StartDay, extraMinutes = 0): Trigger {
  const startBoundary = `${formatWall(start.wallMs + run.start * MINUTE)}${start.suffix}`;
  if (run.count === 1 && extraMinutes === 0) return { kind: 'calendar', enabled: true, startBoundary, schedule };
  const step = run.step === 0 ? extraMinutes : run.step;
  const duration = (run.count - 1) * run.step + extraMinutes;
  return { kind: 'calendar', enabled: true, startBoundary, repetition: repetition(step, duration), schedule };
}

/** A TimeTrigger that repeats for ever from `phase` minutes after midnight of the start day. */
export function endlessTrigger(phase: number, stepMinutes: number, start: StartDay): Trigger {
  const startBoundary = `${formatWall(start.wallMs + phase * MINUTE)}${start.suffix}`;
  return { kind: 'time', enabled: true, startBoundary, repetition: repetition(stepMinutes) };
}

/** The XPath subscription of an event entry as Event Viewer writes it. Source: Windows Event Log query schema. */
export function eventSubscription(entry: { log: string; source?: string; eventId?: number }): string {
  const escaped = (text: string) =>
    text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
  // XPath 1.0 has no escapes: a name is quoted with whichever quote it does not contain.
  const quoted = (text: string) => (text.includes("'") ? `"${text.replace(/"/g, '')}"` : `'${text}'`);
  const conditions = [
    ...(entry.source === undefined ? [] : [`Provider[@Name=${quoted(entry.source)}]`]),
    ...(entry.eventId === undefined ? [] : [`EventID=${entry.eventId}`]),
  ];
  const filter = conditions.length === 0 ? '*' : `*[System[${conditions.join(' and ')}]]`;
  const path = escaped(entry.log);
  return `<QueryList><Query Id="0" Path="${path}"><Select Path="${path}">${escaped(filter)}</Select></Query></QueryList>`;
}

/** The trigger of a signal; the delay is what jitter made of it. */
export function signalTrigger({ entry, delayMs }: SignalRule): Trigger {
  const common = { enabled: true, ...(delayMs === 0 ? {} : { delay: formatIsoDuration(delayMs) }) };
  if (entry.kind === 'startup') return { kind: 'boot', ...common };
  if (entry.kind === 'logon') return { kind: 'logon', ...common };
  return { kind: 'event', ...common, subscription: eventSubscription(entry) };
}
