import type { Trigger } from '../task/trigger.js';
import { formatIsoDuration } from '../time/duration.js';
import { formatWall, parseWallClock } from '../time/wall-clock.js';
import { fromWall, isTimeZone } from '../time/zone.js';
import { triggerOccurrences } from '../trigger/occurrences.js';
import type { GateText, ScheduleProblemText } from '../words/schedule-texts.js';
import { type CompiledGrid, compileGrid, coverAll, MAX_TRIGGERS } from './compile-grid.js';
import { DEFAULT_START_MS, endlessTrigger, type StartDay, signalTrigger } from './native-triggers.js';
import type { AfterRule, GridRule, OnceRule, RateRule, Rule } from './rule.js';
import { instantOfOnce } from './rule-occurrences.js';
import { type RuleContext, ruleOf } from './rule-of-entry.js';
import { isWatched, type Schedule } from './schedule.js';

export interface ScheduleProblem {
  /** Place of the entry in the schedule, -1 for the schedule as a whole. */
  entry: number;
  code: string;
  message: ScheduleProblemText;
}

/**
 * `gated`: the triggers fire at every time of the schedule and at others; the gate (`isDue`, `dueAfter`) decides at each
 * start. `watched` are the places of the entries that no trigger can say: the agent watches and starts the task.
 */
export type CompileResult =
  | { ok: true; triggers: Trigger[]; exactness: 'exact' | 'gated'; reasons: GateText[]; watched: number[] }
  | { ok: false; problem: ScheduleProblem };

const MINUTE = 60_000;
const DAY = 86_400_000;
const SAME_MINUTE = 'several entries fire at the same time: it starts once for each and the gate drops the others';
const TOO_MANY: GateText = `the entries need more than ${MAX_TRIGGERS} triggers together: it starts more often and the gate decides`;
const CALENDAR = 'a calendar has no native trigger: it starts on its other days too and the gate decides';
const LOOK_STEPS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60];
/** Task Scheduler does not say which trigger started a task, and only a start-up can be told otherwise. */
const MIXED = 'its start cannot be told from the extra starts that another entry needs; expected a job of its own';
const AFTER =
  'a delay after the end of a run has no native trigger: it looks again and again and the gate decides whether the time has come';

function compileRate(rule: RateRule, start: StartDay): Trigger {
  const passed = Math.max(0, Math.ceil((start.wallMs - rule.anchorMs) / rule.intervalMs));
  const startBoundary = `${formatWall(rule.anchorMs + passed * rule.intervalMs)}Z`;
  const interval = formatIsoDuration(rule.intervalMs);
  return { kind: 'time', enabled: true, startBoundary, repetition: { interval, stopAtDurationEnd: false } };
}

function compileOnce(rule: OnceRule, host: string): Trigger {
  // The host's wall clock is what an operator expects to read, unless it does not name one instant.
  const plain = rule.offsetMs === undefined && rule.zone === host && fromWall(host, rule.wallMs).kind === 'unique';
  const startBoundary = plain ? formatWall(rule.wallMs) : `${formatWall(instantOfOnce(rule).atMs)}Z`;
  return { kind: 'time', enabled: true, startBoundary };
}

/** Looks ten times in the delay, so that it is at most a tenth late; steps that divide a day look at the same times daily. */
function compileAfter({ delayMs }: AfterRule, start: StartDay): Trigger {
  const wanted = Math.max(1, Math.min(60, Math.floor(delayMs / 10 / MINUTE)));
  const step = LOOK_STEPS.findLast((minutes) => minutes <= wanted)!;
  return endlessTrigger(0, step, start);
}

function compileRule(rule: Rule, start: StartDay, host: string): CompiledGrid {
  switch (rule.kind) {
    case 'grid': {
      // Compiled for all days: whatever fires on a day the calendar drops is the gate's to drop.
      const { calendar, ...allDays } = rule;
      const { triggers, reasons } = compileGrid(allDays, later(start, rule), host);
      return { triggers, reasons: calendar ? [CALENDAR, ...reasons] : reasons };
    }
    case 'rate':
      return { triggers: [compileRate(rule, start)], reasons: rule.calendar ? [CALENDAR] : [] };
    case 'once':
      return { triggers: [compileOnce(rule, host)], reasons: [] };
    case 'signal':
      return { triggers: [signalTrigger(rule)], reasons: [] };
    case 'after':
      return { triggers: [compileAfter(rule, start)], reasons: [AFTER] };
    case 'watched':
      return { triggers: [], reasons: [] };
  }
}

function later(start: StartDay, { seconds }: GridRule): StartDay {
  return seconds === 0 ? start : { ...start, wallMs: start.wallMs + seconds * 1000 };
}

/** Looks for equal start times of different entries in the first year; that many entries make it worth a look only. */
function startsTogether(triggers: Trigger[], host: string, fromMs: number): boolean {
  let last = Number.NaN;
  let seen = 0;
  for (const { atMs } of triggerOccurrences(triggers, { fromMs, untilMs: fromMs + 400 * DAY, hostTimezone: host })) {
    if (atMs === last) return true;
    last = atMs;
    if (++seen > 20_000) return false;
  }
  return false;
}

function fitTogether(rules: Rule[], parts: CompiledGrid[], start: StartDay, host: string): CompiledGrid[] {
  const fitted = [...parts];
  const total = () => fitted.reduce((sum, part) => sum + part.triggers.length, 0);
  const largestFirst = fitted
    .map((_, index) => index)
    .sort((a, b) => parts[b]!.triggers.length - parts[a]!.triggers.length);
  for (const index of largestFirst) {
    if (total() <= MAX_TRIGGERS) break;
    const rule = rules[index]!;
    if (rule.kind === 'grid')
      fitted[index] = { triggers: [coverAll(rule, later(start, rule), host)], reasons: [TOO_MANY] };
  }
  return fitted;
}

/**
 * Compiles a schedule into native triggers for a host. Exact when their fire times equal `scheduleOccurrences`, clock
 * changes included; otherwise a superset with the reasons why a gate is needed. The same schedule and zone always give
 * the same triggers. `notBeforeLocal` (its date counts) moves the start of all repeating triggers from 2024-01-01.
 * Problems: `cron`, `cron-never`, `every`, `at`, `after`, `event`, `file`, `metric`, `job`, `calendar`, `calendar-never`,
 * `timezone`, `not-before`, `mixed`, `too-many-triggers`.
 */
export function compileSchedule(schedule: Schedule, options: { notBeforeLocal?: string } & RuleContext): CompileResult {
  const { hostTimezone: host, notBeforeLocal } = options;
  const refuse = (entry: number, code: string, message: ScheduleProblemText): CompileResult => ({
    ok: false,
    problem: { entry, code, message },
  });
  if (!isTimeZone(host)) return refuse(-1, 'timezone', `"${host}" is not a known time zone`);
  const notBefore = notBeforeLocal === undefined ? undefined : parseWallClock(notBeforeLocal);
  if (notBeforeLocal !== undefined && !notBefore)
    return refuse(-1, 'not-before', `"${notBeforeLocal}" is not a date and time`);
  const start: StartDay = { wallMs: Math.floor((notBefore?.wallMs ?? DEFAULT_START_MS) / DAY) * DAY, suffix: '' };
  const rules: Rule[] = [];
  for (const [index, entry] of schedule.entries()) {
    const result = ruleOf(entry, options);
    if (!result.ok) return refuse(index, result.problem.code, result.problem.message);
    rules.push(result.rule);
  }
  const parts = fitTogether(
    rules,
    rules.map((rule) => compileRule(rule, start, host)),
    start,
    host,
  );
  const triggers = parts.flatMap((part) => part.triggers);
  if (triggers.length > MAX_TRIGGERS)
    return refuse(-1, 'too-many-triggers', `${triggers.length} triggers, a task has at most ${MAX_TRIGGERS}`);
  const reasons = new Set(parts.flatMap((part) => part.reasons));
  if (rules.length > 1 && startsTogether(triggers, host, start.wallMs)) reasons.add(SAME_MINUTE);
  const signal = schedule.findIndex(({ kind }) => kind === 'logon' || kind === 'event');
  if (signal >= 0 && reasons.size > 0) return refuse(signal, 'mixed', `${MIXED} (${[...reasons][0]})`);
  const watched = schedule.flatMap((entry, index) => (isWatched(entry) ? [index] : []));
  return { ok: true, triggers, exactness: reasons.size === 0 ? 'exact' : 'gated', reasons: [...reasons], watched };
}
