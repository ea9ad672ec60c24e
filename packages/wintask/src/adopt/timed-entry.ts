import { RATE_ANCHOR_MS } from '../schedule/rule.js';
import type { DayCalendar, ScheduleEntry } from '../schedule/schedule.js';
import { type CalendarTrigger, MONTHS, type TimeTrigger, WEEKDAYS } from '../task/trigger.js';
import { parseIsoDuration } from '../time/duration.js';
import { formatWall, parseWallClock } from '../time/wall-clock.js';
import { calendarDays } from '../trigger/base-times.js';
import { boundaryInstant, hostInstant, triggerOccurrences } from '../trigger/occurrences.js';
import type { TriggerNoteText } from '../words/trigger-texts.js';
import { cronField, minuteHourFields } from './cron-fields.js';
import { refuseTrigger, type TriggerNote, type TriggerReading } from './trigger-reading.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A Sunday, two weeks after the start that a trigger gets for the look at its week. */
const WEEK_MS = Date.UTC(2024, 0, 14);
const MOST_SINGLE_TIMES = 20;
/** Days that a calendar can name in one range; a start that lies ahead needs an end. */
const LONGEST_CALENDAR_DAYS = 90 * 365;

type Timed = TimeTrigger | CalendarTrigger;
type Notes = Omit<TriggerNote, 'trigger'>[];

interface Start {
  /** Digits of the clock that the trigger follows, read as UTC, without seconds. */
  wallMs: number;
  /** Present when that clock is UTC. */
  timezone?: 'UTC';
  atMs: number;
}

/** A time or calendar trigger as entries that fire at the same times; `nowMs` decides what is over. */
export function readTimed(
  trigger: Timed,
  { nowMs, hostTimezone }: { nowMs: number; hostTimezone: string },
): TriggerReading {
  const read = parseWallClock(trigger.startBoundary ?? '');
  if (!read) return refuseTrigger('unreadable', `its start "${trigger.startBoundary ?? ''}" is not a date and time`);
  const endMs = boundaryInstant(trigger.endBoundary, hostTimezone) ?? Number.POSITIVE_INFINITY;
  const notes = notesOf(trigger, read.wallMs);
  if (endMs <= nowMs) return over(`it ended on ${trigger.endBoundary}`);
  if (trigger.kind === 'calendar' && calendarDays(trigger.schedule, 0, 0).next().done)
    return over('it names a day that no month has');
  const wallMs = Math.floor((read.wallMs - (read.offsetMs ?? 0)) / MINUTE) * MINUTE;
  const start: Start = {
    wallMs,
    ...(read.offsetMs === undefined ? {} : { timezone: 'UTC' as const }),
    atMs: read.offsetMs === undefined ? hostInstant(hostTimezone, wallMs) : wallMs,
  };
  const interval = trigger.repetition ? parseIsoDuration(trigger.repetition.interval) : 0;
  if (interval === undefined || interval % MINUTE !== 0)
    return refuseTrigger(
      'seconds_interval',
      `it repeats every ${trigger.repetition?.interval}: expected whole minutes`,
    );
  const entries = trigger.kind === 'time' ? readTime(trigger, start, interval, nowMs) : readCalendar(trigger, start);
  if (!entries.ok) return entries;
  if (entries.entries.length === 0) return over(`its time, ${trigger.startBoundary}, is over`);
  return {
    ok: true,
    entries: within(entries.entries, { start, endMs, nowMs, trigger }),
    notes: [...notes, ...entries.notes],
  };
}

function over(message: TriggerNoteText): TriggerReading {
  return { ok: true, entries: [], notes: [{ code: 'expired', message }] };
}

function notesOf(trigger: Timed, wallMs: number): Notes {
  const notes: Notes = [];
  const seconds = Math.floor((wallMs % MINUTE) / 1000);
  if (seconds !== 0)
    notes.push({ code: 'seconds', message: `it starts ${seconds} s after the minute; the job on the minute` });
  if ((parseIsoDuration(trigger.randomDelay ?? 'PT0S') ?? 0) > 0)
    notes.push({ code: 'random_delay', message: `its random delay of ${trigger.randomDelay} is not kept; see jitter` });
  if (trigger.repetition?.stopAtDurationEnd)
    notes.push({ code: 'stop_at_end', message: 'it ends a run that lasts beyond the repetition; the job does not' });
  if (trigger.executionTimeLimit !== undefined)
    notes.push({ code: 'time_limit', message: `its own time limit of ${trigger.executionTimeLimit} is not kept` });
  return notes;
}

function readTime(trigger: TimeTrigger, start: Start, interval: number, nowMs: number): TriggerReading {
  const duration = trigger.repetition?.duration;
  if (interval === 0) return singleTimes([start.atMs], start, nowMs);
  if (duration === undefined) return readEndless(trigger, start, interval);
  const count = Math.floor((parseIsoDuration(duration) ?? 0) / interval) + 1;
  if (start.atMs + (count - 1) * interval <= nowMs) return { ok: true, entries: [], notes: [] };
  if (count > MOST_SINGLE_TIMES)
    return refuseTrigger('burst', `it repeats ${count} times from ${trigger.startBoundary} on, and then never again`);
  return singleTimes(
    Array.from({ length: count }, (_, index) => start.atMs + index * interval),
    start,
    nowMs,
  );
}

function singleTimes(instants: readonly number[], start: Start, nowMs: number): TriggerReading {
  const entries = instants
    .filter((atMs) => atMs > nowMs)
    .map((atMs): ScheduleEntry => {
      const wall = formatWall(start.wallMs + atMs - start.atMs).slice(0, 16);
      return { kind: 'at', local: start.timezone ? `${wall}:00Z` : wall };
    });
  return { ok: true, entries, notes: [] };
}

/** For ever from a start: aligned to midnight, or to the week, or to our own fixed rate. */
function readEndless(trigger: TimeTrigger, start: Start, interval: number): TriggerReading {
  if (DAY % interval === 0) {
    const aligned = start.timezone === undefined && start.wallMs % interval === 0;
    return aligned ? one({ kind: 'every', intervalMs: interval }) : weekly(trigger, start);
  }
  const phase = (((start.atMs - RATE_ANCHOR_MS) % interval) + interval) % interval;
  if (phase === 0) return one({ kind: 'every', intervalMs: interval });
  if (interval % DAY === 0 && (7 * DAY) % interval === 0) return weekly(trigger, start);
  return refuseTrigger(
    'rate_phase',
    `it repeats every ${interval / MINUTE} minutes from ${trigger.startBoundary} on; a fixed rate of ours counts from another time`,
  );
}

function readCalendar(trigger: CalendarTrigger, start: Start): TriggerReading {
  const { schedule } = trigger;
  switch (schedule.kind) {
    case 'day':
      return schedule.daysInterval === 1
        ? weekly(trigger, start)
        : refuseTrigger('days_interval', `it starts every ${schedule.daysInterval} days, whatever the month`);
    case 'week':
      return schedule.weeksInterval === 1
        ? weekly(trigger, start)
        : refuseTrigger('weeks_interval', `it starts every ${schedule.weeksInterval} weeks`);
    case 'month': {
      const days = schedule.daysOfMonth.filter((day) => day !== 'Last').sort((a, b) => a - b);
      const field = [
        ...(days.length > 0 ? [cronField(days, 1, 31)] : []),
        ...(days.length < schedule.daysOfMonth.length ? ['L'] : []),
      ];
      // `*` beside `L` would read as every day, which it is.
      return monthly(trigger, start, field.includes('*') ? '*' : field.join(','), '*');
    }
    case 'month-day-of-week': {
      const all = schedule.weeks.length === 5;
      const fields = schedule.daysOfWeek
        .map((day) => WEEKDAYS.indexOf(day))
        .sort((a, b) => a - b)
        .flatMap((day) =>
          all ? [`${day}`] : schedule.weeks.map((week) => (week === 'Last' ? `${day}L` : `${day}#${week}`)),
        );
      return monthly(trigger, start, '*', fields.join(','));
    }
  }
}

/** What repeats every week is read off one of its weeks. */
function weekly(trigger: Timed, start: Start): TriggerReading {
  const time = start.wallMs - Math.floor(start.wallMs / DAY) * DAY;
  const { endBoundary: _end, ...rest } = trigger;
  // The phase of a repetition of days counts from its own start.
  const weeksBack = Math.ceil((start.wallMs - (WEEK_MS - 14 * DAY)) / (7 * DAY));
  const from = trigger.kind === 'time' ? start.wallMs - weeksBack * 7 * DAY : WEEK_MS - 14 * DAY + time;
  const look = { ...rest, enabled: true, startBoundary: formatWall(from) };
  const days = new Map<number, Set<number>>();
  for (const { atMs } of triggerOccurrences([look], {
    fromMs: WEEK_MS - 1,
    untilMs: WEEK_MS + 7 * DAY - 1,
    hostTimezone: 'UTC',
  })) {
    const since = (atMs - WEEK_MS) / MINUTE;
    const minute = since % 1440;
    days.set(minute, (days.get(minute) ?? new Set()).add(Math.floor(since / 1440)));
  }
  const byDays = new Map<string, number[]>();
  for (const [minute, weekdays] of days) {
    const key = cronField(
      [...weekdays].sort((a, b) => a - b),
      0,
      6,
    );
    byDays.set(key, [...(byDays.get(key) ?? []), minute]);
  }
  return crons(
    [...byDays].flatMap(([weekday, minutes]) => minuteHourFields(minutes).map((time) => `${time} * * ${weekday}`)),
    start,
  );
}

function monthly(trigger: CalendarTrigger, start: Start, day: string, weekday: string): TriggerReading {
  const first = (start.wallMs - Math.floor(start.wallMs / DAY) * DAY) / MINUTE;
  const interval = parseIsoDuration(trigger.repetition?.interval ?? 'PT0S')! / MINUTE;
  const duration = trigger.repetition?.duration;
  const lengthMinutes =
    interval === 0 ? 0 : duration === undefined ? Number.POSITIVE_INFINITY : (parseIsoDuration(duration) ?? 0) / MINUTE;
  if (first + lengthMinutes >= 1440 && interval > 0)
    return refuseTrigger(
      'over_midnight',
      `it repeats beyond the end of its day (every ${trigger.repetition?.interval})`,
    );
  const count = interval === 0 ? 1 : Math.floor(lengthMinutes / interval) + 1;
  const minutes = Array.from({ length: count }, (_, index) => first + index * interval);
  const months = 'months' in trigger.schedule && trigger.schedule.months ? trigger.schedule.months : MONTHS;
  const month = cronField(
    months.map((name) => MONTHS.indexOf(name) + 1).sort((a, b) => a - b),
    1,
    12,
  );
  return crons(
    minuteHourFields(minutes).map((time) => `${time} ${day} ${month} ${weekday}`),
    start,
  );
}

function crons(expressions: readonly string[], start: Start): TriggerReading {
  const zone = start.timezone === undefined ? {} : { timezone: start.timezone };
  return { ok: true, entries: expressions.map((expression) => ({ kind: 'cron', expression, ...zone })), notes: [] };
}

function one(entry: ScheduleEntry): TriggerReading {
  return { ok: true, entries: [entry], notes: [] };
}

/** A start that lies ahead and an end are days of a calendar. */
function within(
  entries: ScheduleEntry[],
  { start, endMs, nowMs, trigger }: { start: Start; endMs: number; nowMs: number; trigger: Timed },
): ScheduleEntry[] {
  const begins = start.atMs > nowMs;
  if (!begins && endMs === Number.POSITIVE_INFINITY) return entries;
  const first = begins ? start.wallMs : Math.floor(nowMs / DAY) * DAY - DAY;
  const end = parseWallClock(trigger.endBoundary ?? '')?.wallMs ?? first + LONGEST_CALENDAR_DAYS * DAY;
  const last = Math.min(end, first + LONGEST_CALENDAR_DAYS * DAY);
  const calendar: DayCalendar = { only: [`${dayOf(first)}..${dayOf(Math.max(first, last))}`] };
  return entries.map((entry) => (entry.kind === 'cron' || entry.kind === 'every' ? { ...entry, calendar } : entry));
}

function dayOf(wallMs: number): string {
  return formatWall(wallMs).slice(0, 10);
}
