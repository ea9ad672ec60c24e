import type { Trigger } from '../task/trigger.js';
import { formatIsoDuration } from '../time/duration.js';
import { formatWall, parseWallClock } from '../time/wall-clock.js';
import { fromWall, isTimeZone } from '../time/zone.js';
import { triggerOccurrences } from '../trigger/occurrences.js';
import { type CompiledGrid, compileGrid, coverAll, MAX_TRIGGERS } from './compile-grid.js';
import { DEFAULT_START_MS, eventSubscription, type StartDay } from './native-triggers.js';
import { type OnceRule, RATE_ANCHOR_MS, type RateRule, type Rule, ruleOf, type SignalRule } from './rule.js';
import { instantOfOnce } from './rule-occurrences.js';
import type { Schedule } from './schedule.js';

export interface ScheduleProblem {
  /** Place of the entry in the schedule, -1 for the schedule as a whole. */
  entry: number;
  code: string;
  message: string;
}

/** `gated`: the triggers fire at every time of the schedule and at others; the gate (`isDue`) decides at each start. */
export type CompileResult =
  | { ok: true; triggers: Trigger[]; exactness: 'exact' | 'gated'; reasons: string[] }
  | { ok: false; problem: ScheduleProblem };

const DAY = 86_400_000;
const SAME_MINUTE = 'several entries fire at the same time: it starts once for each and the gate drops the others';
const TOO_MANY = `the entries need more than ${MAX_TRIGGERS} triggers together: it starts more often and the gate decides`;

function compileRate(rule: RateRule, start: StartDay): Trigger {
  const passed = Math.max(0, Math.ceil((start.wallMs - RATE_ANCHOR_MS) / rule.intervalMs));
  const startBoundary = `${formatWall(RATE_ANCHOR_MS + passed * rule.intervalMs)}Z`;
  const interval = formatIsoDuration(rule.intervalMs);
  return { kind: 'time', enabled: true, startBoundary, repetition: { interval, stopAtDurationEnd: false } };
}

function compileOnce(rule: OnceRule, host: string): Trigger {
  // The host's wall clock is what an operator expects to read, unless it does not name one instant.
  const plain = rule.offsetMs === undefined && rule.zone === host && fromWall(host, rule.wallMs).kind === 'unique';
  const startBoundary = plain ? formatWall(rule.wallMs) : `${formatWall(instantOfOnce(rule).atMs)}Z`;
  return { kind: 'time', enabled: true, startBoundary };
}

function compileSignal({ entry }: SignalRule): Trigger {
  if (entry.kind === 'startup') return { kind: 'boot', enabled: true };
  if (entry.kind === 'logon') return { kind: 'logon', enabled: true };
  return { kind: 'event', enabled: true, subscription: eventSubscription(entry) };
}

function compileRule(rule: Rule, start: StartDay, host: string): CompiledGrid {
  switch (rule.kind) {
    case 'grid':
      return compileGrid(rule, start, host);
    case 'rate':
      return { triggers: [compileRate(rule, start)], reasons: [] };
    case 'once':
      return { triggers: [compileOnce(rule, host)], reasons: [] };
    case 'signal':
      return { triggers: [compileSignal(rule)], reasons: [] };
  }
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
    if (rule.kind === 'grid') fitted[index] = { triggers: [coverAll(rule, start, host)], reasons: [TOO_MANY] };
  }
  return fitted;
}

/**
 * Compiles a schedule into native triggers for a host. Exact when their fire times equal `scheduleOccurrences`, clock
 * changes included; otherwise a superset with the reasons why a gate is needed. The same schedule and zone always give
 * the same triggers. `notBeforeLocal` (its date counts) moves the start of all repeating triggers from 2024-01-01.
 * Problems: `cron`, `cron-never`, `every`, `at`, `event`, `timezone`, `not-before`, `too-many-triggers`.
 */
export function compileSchedule(
  schedule: Schedule,
  options: { hostTimezone: string; notBeforeLocal?: string },
): CompileResult {
  const { hostTimezone: host, notBeforeLocal } = options;
  const refuse = (entry: number, code: string, message: string): CompileResult => ({
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
    const result = ruleOf(entry, host);
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
  return { ok: true, triggers, exactness: reasons.size === 0 ? 'exact' : 'gated', reasons: [...reasons] };
}
