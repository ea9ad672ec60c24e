import type { DayCalendar, Schedule, ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { makeProblem, type Problem } from '../problem.js';

/** Days of calendars by their names in lower case. */
export type CalendarDays = ReadonlyMap<string, readonly string[]>;

/** A job, as far as calendars go: its starts everywhere, and on hosts where they differ. */
interface Scheduled {
  readonly schedule: Schedule;
  readonly overrides?: readonly { readonly schedule?: Schedule }[];
}

/** Where a job names a calendar. */
export interface CalendarUse {
  readonly name: string;
  /** `schedule[0].calendar`. */
  readonly path: string;
}

/** In a list of days: whether it is the name of a calendar. Days begin with a digit. */
export function isCalendarName(item: string): boolean {
  return /^\p{L}/u.test(item);
}

/** The calendars that a job names, each place once. */
export function calendarUses(spec: Scheduled): CalendarUse[] {
  return [
    ...usesOf(spec.schedule, 'schedule'),
    ...(spec.overrides ?? []).flatMap(({ schedule }, index) => usesOf(schedule ?? [], `overrides[${index}].schedule`)),
  ];
}

function usesOf(schedule: Schedule, at: string): CalendarUse[] {
  return schedule.flatMap((entry, index) => {
    const { only = [], except = [] } = asNamed(calendarOf(entry)) ?? {};
    const names = [...only, ...except].filter(isCalendarName);
    return [...new Set(names)].map((name) => ({ name, path: `${at}[${index}].calendar` }));
  });
}

/** Names for which there is no calendar, each where it stands. */
export function unknownCalendarsOf(spec: Scheduled, calendars: CalendarDays): Problem[] {
  return calendarUses(spec)
    .filter(({ name }) => !calendars.has(name.toLowerCase()))
    .map(({ name, path }) => makeProblem(path, 'unknown_reference', 'the name of a saved Calendar', name));
}

/** The calendars that these jobs name, by name, with their days. */
export function namedCalendars(specs: readonly Scheduled[], calendars: CalendarDays) {
  const names = new Set(specs.flatMap(calendarUses).map(({ name }) => name.toLowerCase()));
  return [...names].sort().map((name) => ({ name, days: [...(calendars.get(name) ?? [])] }));
}

/**
 * The same job with the days that its calendars' names mean now, so that hosts decide without asking anybody. What was
 * written stays beside them: worked out once more, it follows calendars that have changed. A name that nothing has stays
 * where it is, and is refused as a day by whoever compiles it.
 */
export function withDays<Job extends Scheduled>(spec: Job, calendars: CalendarDays): Job {
  return eachCalendar(spec, (calendar) => {
    const written = asNamed(calendar) ?? calendar;
    if (![...(written.only ?? []), ...(written.except ?? [])].some(isCalendarName)) return written;
    const daysOf = (items: readonly string[]) => [
      ...new Set(items.flatMap((item) => (isCalendarName(item) ? calendars.get(item.toLowerCase()) : null) ?? [item])),
    ];
    return { ...mapped(written, daysOf), named: written };
  });
}

/** The job as its file says it: by the names of calendars, without their days. */
export function withNames<Job extends Scheduled>(spec: Job): Job {
  return eachCalendar(spec, (calendar) => asNamed(calendar) ?? calendar);
}

/** What hosts are told: days alone. */
export function daysAlone(schedule: Schedule): Schedule {
  return ofSchedule(schedule, ({ named: _, ...days }) => days);
}

function asNamed(calendar: DayCalendar | undefined): DayCalendar | undefined {
  return calendar?.named ?? calendar;
}

function mapped({ only, except }: DayCalendar, map: (items: readonly string[]) => string[]): DayCalendar {
  return { ...(only ? { only: map(only) } : {}), ...(except ? { except: map(except) } : {}) };
}

function calendarOf(entry: ScheduleEntry): DayCalendar | undefined {
  return 'calendar' in entry ? entry.calendar : undefined;
}

function eachCalendar<Job extends Scheduled>(spec: Job, change: (calendar: DayCalendar) => DayCalendar): Job {
  const { overrides } = spec;
  return {
    ...spec,
    schedule: ofSchedule(spec.schedule, change),
    ...(overrides
      ? {
          overrides: overrides.map((override) =>
            override.schedule ? { ...override, schedule: ofSchedule(override.schedule, change) } : override,
          ),
        }
      : {}),
  };
}

function ofSchedule(schedule: Schedule, change: (calendar: DayCalendar) => DayCalendar): Schedule {
  return schedule.map((entry) => {
    const calendar = calendarOf(entry);
    return calendar ? ({ ...entry, calendar: change(calendar) } as ScheduleEntry) : entry;
  });
}
