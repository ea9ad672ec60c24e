import type { CalendarSchedule, Trigger } from '@carillon/wintask/task/trigger';

/** A native trigger in a line for people: `every day at 02:00`, `every 2h from 2024-01-01T00:00:00`. */
export function triggerWords(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'time':
      return trigger.repetition
        ? `${repeats(trigger)}, from ${trigger.startBoundary ?? 'registration'}`
        : `once at ${trigger.startBoundary ?? ''}`;
    case 'calendar':
      return `${days(trigger.schedule)} at ${trigger.startBoundary?.slice(11) ?? ''}${trigger.repetition ? `, ${repeats(trigger)}` : ''}`;
    case 'boot':
      return 'at start-up';
    case 'logon':
      return 'at logon';
    case 'event':
      return `on events that match ${trigger.subscription}`;
    default:
      return trigger.kind;
  }
}

function repeats({ repetition }: Extract<Trigger, { kind: 'time' | 'calendar' }>): string {
  return `every ${repetition?.interval} ${repetition?.duration === undefined ? 'for ever' : `for ${repetition.duration}`}`;
}

function days(schedule: CalendarSchedule): string {
  const months = 'months' in schedule && schedule.months ? ` of ${schedule.months.join(', ')}` : '';
  switch (schedule.kind) {
    case 'day':
      return schedule.daysInterval === 1 ? 'every day' : `every ${schedule.daysInterval} days`;
    case 'week':
      return `${schedule.weeksInterval === 1 ? 'every' : `every ${schedule.weeksInterval} weeks on`} ${schedule.daysOfWeek.join(', ')}`;
    case 'month':
      return `on day ${schedule.daysOfMonth.join(', ')}${months || ' of every month'}`;
    case 'month-day-of-week':
      return `on ${schedule.daysOfWeek.join(', ')} of week ${schedule.weeks.join(', ')}${months || ' of every month'}`;
  }
}
