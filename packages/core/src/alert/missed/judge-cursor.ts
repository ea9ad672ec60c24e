import type { Fire, WhyFacts } from '../../why/why-facts.js';
import { type ExpectedFire, type ExpectedSpan, expectedFires, nextExpectedFire } from './expected-fires.js';
import { behindMs, type HostContact, type JudgedFire, judgeExpected } from './judge-expected.js';
import { missedRules } from './missed-rules.js';

/** Runs of a job on a host, as far as they answer what was expected. */
export interface AnsweringRun {
  readonly scheduledForMs: number | null;
  readonly startedMs: number;
  readonly isPlain: boolean;
}

/** Occurrences that one look takes; more wait for the next. */
export const firesPerLook = 500;
const unwatchedMs = 60 * 60_000;

export interface DueLook {
  readonly fires: readonly ExpectedFire[];
  /** Up to when these are all there were. */
  readonly untilMs: number;
  readonly isMore: boolean;
}

export interface CursorFacts {
  readonly nowMs: number;
  readonly checkedToMs: number;
  readonly spans: readonly ExpectedSpan[];
  readonly spreadKey: string;
  readonly clockAheadMs: number | null;
  /** From here on nothing is expected: the job is being taken away from the host; null: it is not. */
  readonly endMs: number | null;
}

/** The expected runs whose grace is over. A host whose clock is behind comes to them later. */
export function dueFires(facts: CursorFacts): DueLook {
  const { nowMs, checkedToMs, spans, spreadKey, clockAheadMs, endMs } = facts;
  const untilMs = nowMs - missedRules.graceMs - behindMs(clockAheadMs);
  if (untilMs <= checkedToMs) return { fires: [], untilMs: checkedToMs, isMore: false };
  const range = { afterMs: checkedToMs, untilMs: Math.min(untilMs, endMs ?? untilMs), spreadKey, limit: firesPerLook };
  const fires = expectedFires(spans, range);
  const isMore = fires.length === firesPerLook;
  return { fires, untilMs: isMore ? (fires.at(-1)?.atMs ?? untilMs) : untilMs, isMore };
}

/** A start in time, of a run of which nothing more has to be said here. */
export function isAnswered({ atMs }: Pick<Fire, 'atMs'>, runs: readonly AnsweringRun[]): boolean {
  return runs.some(
    ({ scheduledForMs, startedMs, isPlain }) =>
      isPlain &&
      startedMs <= atMs + missedRules.graceMs &&
      (scheduledForMs === atMs || (scheduledForMs === null && startedMs >= atMs - 1_000)),
  );
}

export const ranInTime: JudgedFire = {
  verdict: 'ran',
  cause: 'ran',
  certainty: 'certain',
  text: 'it ran',
  evidence: [],
  runId: null,
  againMs: null,
};

export interface JudgedLook {
  readonly verdicts: readonly (readonly [ExpectedFire, JudgedFire])[];
  /** The first of which nothing can be said yet: everything from it on waits. */
  readonly waiting: { readonly fire: ExpectedFire; readonly judged: JudgedFire; readonly left: number } | null;
  readonly checkedToMs: number;
}

/** Verdicts in their order, up to the first that has to wait. @param facts null where every fire is answered */
export function judgeLook(
  { fires, untilMs }: DueLook,
  runs: readonly AnsweringRun[],
  facts: WhyFacts | null,
  contact: HostContact,
): JudgedLook {
  const verdicts: [ExpectedFire, JudgedFire][] = [];
  for (const [index, fire] of fires.entries()) {
    const judged = facts && !isAnswered(fire, runs) ? judgeExpected(fire, facts, contact) : ranInTime;
    if (judged.verdict === 'open' || judged.verdict === 'host_unknown')
      return { verdicts, waiting: { fire, judged, left: fires.length - index }, checkedToMs: fire.atMs - 1 };
    verdicts.push([fire, judged]);
  }
  return { verdicts, waiting: null, checkedToMs: untilMs };
}

/** When to look again; null: when something changes. */
export function nextLook(facts: CursorFacts, look: DueLook, { waiting, checkedToMs }: JudgedLook): number | null {
  if (waiting) return waiting.judged.againMs ?? facts.nowMs + 60_000;
  if (look.isMore) return facts.nowMs;
  if (facts.endMs !== null) return facts.nowMs + unwatchedMs;
  const nextMs = nextExpectedFire(facts.spans, { afterMs: checkedToMs, spreadKey: facts.spreadKey });
  return nextMs === null ? null : nextMs + missedRules.graceMs + behindMs(facts.clockAheadMs);
}

/** Spans that can still matter: the last, and those that reach past what is decided. */
export function spansLeft<T extends { readonly fromMs: number }>(spans: readonly T[], checkedToMs: number): T[] {
  return spans.filter((_, index) => {
    const next = spans[index + 1];
    return next === undefined || next.fromMs > checkedToMs;
  });
}
