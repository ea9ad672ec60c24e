import type { DriftKind, RunState, SpoolLossReason } from '../state/states.js';

/**
 * Something that happened and may matter to a policy. Written in the transaction that stored what happened, read once by
 * the evaluator. Ids say where; facts are read from what is stored, so that late evidence is seen as it stands now.
 */
export type Signal = RunSignal | MissedSignal | HostSignal | TaskSignal | SpoolSignal | SystemSignal;
export const signalKinds = ['run', 'missed', 'host', 'task', 'spool', 'system'] as const;

interface SignalBase {
  /** In the order in which they were written; the evaluator keeps that order. */
  readonly id: string;
  /** When it happened, by the clock of who saw it. */
  readonly atMs: number;
}

/** A run of a watched job has a new state; its facts are the run's row. */
export interface RunSignal extends SignalBase {
  readonly kind: 'run';
  readonly jobId: string;
  readonly hostId: string;
  readonly runId: string;
  readonly run: RunFacts;
}

export interface RunFacts {
  readonly state: RunState;
  readonly reason: string | null;
  readonly version: number;
  /** Unsigned 32 bits. */
  readonly exitCode: number | null;
  readonly scheduledForMs: number | null;
  readonly startedMs: number;
  readonly finishedMs: number | null;
  readonly durationMs: number | null;
}

/** A verdict over an expected run, or a correction of it by late evidence. */
export interface MissedSignal extends SignalBase {
  readonly kind: 'missed';
  readonly jobId: string;
  readonly hostId: string;
  readonly scheduledForMs: number;
  /** `missed`, `host_unknown`, or what late evidence made of it: `ran_late`, `ran`, `skipped`. */
  readonly verdict: string;
  /** Why, one of `whyReasons`. */
  readonly cause: string;
  readonly text: string;
  /** The run that answers it after all. */
  readonly runId: string | null;
}

/** A host changed in a way that is told once: it went, came back, or a figure crossed what a policy asks about. */
export interface HostSignal extends SignalBase {
  readonly kind: 'host';
  readonly hostId: string;
  readonly what: 'offline' | 'online' | 'load' | 'clock';
  /** For `load`, in percent: the last figures told; for `clock`: how far ahead in milliseconds. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A registered task is not what its job says, or is again. */
export interface TaskSignal extends SignalBase {
  readonly kind: 'task';
  readonly jobId: string;
  readonly hostId: string;
  readonly what: 'drifted' | 'rejected' | 'failed' | 'applied';
  readonly drift: DriftKind | null;
  readonly text: string | null;
  /** Of a refusal, as the host names it; signals of before this field leave it out. */
  readonly code?: string | null;
}

/** A host gave up something that waited there. */
export interface SpoolSignal extends SignalBase {
  readonly kind: 'spool';
  readonly hostId: string;
  readonly reason: SpoolLossReason;
  readonly runEvents: number;
}

/** A part of ours does not work, or works again: a channel that is refused, a ticket system's unknown transition. */
export interface SystemSignal extends SignalBase {
  readonly kind: 'system';
  /** Stable name of what is concerned, `channel:email`. */
  readonly part: string;
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
}
