import type { ConditionKind } from '../conditions/condition.js';
import type { Verdict } from '../conditions/judge-run.js';
import type { Reason } from '../reason.js';
import type { MissedSignal, RunSignal } from '../signal.js';
import { isGood, type Result } from './series.js';
import type { AlertMemory, MissedRun } from './world.js';

/** A condition that was asked, and its answer. */
export type Told = readonly [ConditionKind, Verdict];

export const emptyMemory: AlertMemory = { holding: {} };

/** More missed runs than these are one fact. */
const mostMissed = 50;
const mostRunning = 20;

/** What a run that began or ended changes of what is remembered. */
export function afterRun(memory: AlertMemory, { run, runId, atMs }: RunSignal, result: Result, underWay: boolean) {
  const others = (memory.running ?? []).filter((other) => other.runId !== runId);
  const running = underWay ? [...others, { runId, startedMs: run.startedMs }].slice(-mostRunning) : others;
  const success = !underWay && isGood(result);
  const endedMs = run.finishedMs ?? atMs;
  const lastSuccessMs = success ? Math.max(memory.lastSuccessMs ?? 0, endedMs) : memory.lastSuccessMs;
  // A run that answers the occurrence itself; and one that succeeds later makes up for what was missed before.
  const missed = memory.missed?.filter(
    ({ dueMs }) => dueMs !== run.scheduledForMs && !(success && dueMs <= result.atMs),
  );
  return remembered({ ...memory, running, lastSuccessMs, missed });
}

/** What a verdict over an expected run changes; one that is not known yet changes nothing. */
export function afterMissed(memory: AlertMemory, signal: MissedSignal): AlertMemory {
  const { scheduledForMs: dueMs, verdict, cause, text } = signal;
  if (verdict === 'host_unknown') return memory;
  const others = (memory.missed ?? []).filter((other) => other.dueMs !== dueMs);
  const missed: MissedRun[] = verdict === 'missed' ? [...others, { dueMs, cause, text }] : others;
  return remembered({ ...memory, missed: missed.sort((a, b) => a.dueMs - b.dueMs).slice(-mostMissed) });
}

/** Conditions that hold, after some were asked again. */
export function holdingAfter(before: AlertMemory['holding'], told: readonly Told[]): AlertMemory['holding'] {
  const holding: Partial<Record<ConditionKind, Reason>> = { ...before };
  for (const [kind, { holds, reason }] of told) {
    if (holds) holding[kind] = reason;
    else delete holding[kind];
  }
  return holding;
}

/** When an alert is to be looked at again, though nothing happens. */
export function wakeOf(told: readonly Told[], pendingMs: number | null, nowMs: number): number | null {
  const times = [...told.map(([, { wakeMs }]) => wakeMs), pendingMs].filter((atMs) => atMs !== null);
  return times.length === 0 ? null : Math.max(nowMs + 1, Math.min(...times));
}

/** Whether it has to be kept though the alert is ok and waits for nothing. */
export function isWorthKeeping({ missed }: AlertMemory): boolean {
  return (missed?.length ?? 0) > 0;
}

type Loose = { readonly [K in keyof AlertMemory]: AlertMemory[K] | undefined } & Pick<AlertMemory, 'holding'>;

/** Without what says nothing. */
function remembered({ holding, heldAtMs, missed, running, lastSuccessMs, aboveSinceMs }: Loose): AlertMemory {
  return {
    holding,
    ...(heldAtMs === undefined ? {} : { heldAtMs }),
    ...(missed?.length ? { missed } : {}),
    ...(running?.length ? { running } : {}),
    ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
    ...(aboveSinceMs === undefined ? {} : { aboveSinceMs }),
  };
}
