import { scheduleOccurrences } from '../schedule/occurrences.js';
import { isTimed as isTimedEntry, type Schedule, type ScheduleEntry } from '../schedule/schedule.js';
import type { Trigger } from '../task/trigger.js';
import { boundaryInstant, isTimed, triggerOccurrences } from '../trigger/occurrences.js';
import type { TriggerProblemText } from '../words/trigger-texts.js';
import { readSignal } from './signal-entry.js';
import { readTimed } from './timed-entry.js';
import { refuseTrigger, type TriggerNote, type TriggerProblem, type TriggerReading } from './trigger-reading.js';

export type ScheduleReading =
  | { ok: true; schedule: ScheduleEntry[]; notes: TriggerNote[] }
  | { ok: false; problems: TriggerProblem[] };

const MINUTE = 60_000;
const DAY = 86_400_000;
const MOST_ENTRIES = 20;
/** Of a task that starts every minute these are two weeks. */
const MOST_COMPARED = 20_000;

/**
 * The schedule that fires at the same times as a task's triggers, or why there is none. Never a guess: the two are
 * compared fire by fire over the coming year (on the host's clock; where only its clock changes tell them apart, that
 * is a note). `nowMs` decides which triggers are over.
 */
export function scheduleOfTriggers(
  triggers: readonly Trigger[],
  context: { nowMs: number; hostTimezone: string },
): ScheduleReading {
  const problems: TriggerProblem[] = [];
  const notes: TriggerNote[] = [];
  const schedule: ScheduleEntry[] = [];
  for (const [index, trigger] of triggers.entries()) {
    const read = readTrigger(trigger, context);
    if (!read.ok) problems.push({ trigger: index, code: read.code, message: read.message });
    else {
      notes.push(...read.notes.map((note) => ({ trigger: index, ...note })));
      schedule.push(...read.entries.filter((entry) => !schedule.some((other) => isSame(other, entry))));
    }
  }
  const refuse = (code: TriggerProblem['code'], message: TriggerProblemText): ScheduleReading => ({
    ok: false,
    problems: [{ trigger: -1, code, message }],
  });
  if (problems.length > 0) return { ok: false, problems };
  if (schedule.length === 0)
    return refuse('no_trigger', 'it has no trigger that will ever fire: it is only started by hand');
  if (schedule.length > MOST_ENTRIES)
    return refuse(
      'too_many_entries',
      `its times need ${schedule.length} entries, a schedule has at most ${MOST_ENTRIES}`,
    );
  const same = comparesEqual(triggers, schedule, context);
  if (same === 'no') return refuse('differs', 'no schedule was found that fires at the same times');
  if (same === 'but-for-clock-changes')
    notes.push({
      trigger: -1,
      code: 'clock_changes',
      message: 'it counts elapsed time, so its times of day move when clocks change; those of the job stay',
    });
  return { ok: true, schedule, notes };
}

function readTrigger(trigger: Trigger, context: { nowMs: number; hostTimezone: string }): TriggerReading {
  if (trigger.kind !== 'raw' && trigger.enabled === false)
    return { ok: true, entries: [], notes: [{ code: 'disabled', message: 'it is switched off' }] };
  switch (trigger.kind) {
    case 'time':
    case 'calendar':
      return readTimed(trigger, context);
    case 'boot':
    case 'logon':
    case 'event':
      return readSignal(trigger);
    case 'registration':
      return {
        ok: true,
        entries: [],
        notes: [{ code: 'registration', message: 'it fires when the task is registered' }],
      };
    case 'idle':
      return refuseTrigger('idle', 'it starts when the computer is idle');
    case 'session-state-change':
      return refuseTrigger('session', `it starts when a session changes (${trigger.stateChange})`);
    case 'raw':
      return refuseTrigger('unknown_kind', `${trigger.element.name} has no counterpart`);
  }
}

/** Boundaries of sparse schedules are looked at too, where they are the only difference. */
function comparesEqual(
  triggers: readonly Trigger[],
  schedule: Schedule,
  { nowMs, hostTimezone }: { nowMs: number; hostTimezone: string },
): 'yes' | 'but-for-clock-changes' | 'no' {
  const edges = triggers.flatMap((trigger) =>
    trigger.kind === 'raw'
      ? []
      : [trigger.startBoundary, trigger.endBoundary].flatMap((text) => boundaryInstant(text, hostTimezone) ?? []),
  );
  const spans = [
    { fromMs: nowMs, untilMs: nowMs + 366 * DAY },
    ...edges
      .filter((atMs) => atMs > nowMs)
      .map((atMs) => ({ fromMs: Math.max(nowMs, atMs - 3 * DAY), untilMs: atMs + 3 * DAY })),
  ];
  const equalIn = (zone: string) =>
    spans.every((span) => firesEqually(triggers, schedule, { ...span, hostTimezone: zone }));
  if (equalIn(hostTimezone)) return 'yes';
  return equalIn('UTC') ? 'but-for-clock-changes' : 'no';
}

function firesEqually(
  triggers: readonly Trigger[],
  schedule: Schedule,
  range: { fromMs: number; untilMs: number; hostTimezone: string },
): boolean {
  const wanted = minutesOf(triggerOccurrences(triggers.filter(isTimed), range), range.fromMs);
  const made = minutesOf(scheduleOccurrences(schedule.filter(isTimedEntry), range), range.fromMs);
  for (let compared = 0; compared < MOST_COMPARED; compared += 1) {
    const [a, b] = [wanted.next(), made.next()];
    if (a.done || b.done) return a.done === b.done;
    if (a.value !== b.value) return false;
  }
  return true;
}

/** Whole minutes, each once: seconds of a start are noted, and two triggers at one minute are one start. */
function* minutesOf(fires: Iterable<{ atMs: number }>, fromMs: number): Generator<number> {
  let last = Math.floor(fromMs / MINUTE) * MINUTE;
  for (const { atMs } of fires) {
    const minute = Math.floor(atMs / MINUTE) * MINUTE;
    if (minute > last) yield minute;
    last = Math.max(last, minute);
  }
}

function isSame(a: ScheduleEntry, b: ScheduleEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
