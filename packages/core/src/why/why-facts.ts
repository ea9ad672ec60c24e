import type {
  AssignmentState,
  Certainty,
  DriftKind,
  HistoryState,
  HostPresence,
  HostState,
  RunState,
  StartFailureCause,
  TaskChangeState,
  WhyReason,
} from '../state/states.js';
import type { DueFire } from './due-fire.js';

/** What is known around a fire. Instants in epoch milliseconds. */
export interface WhyFacts {
  readonly nowMs: number;
  readonly host: {
    readonly state: HostState;
    readonly presence: HostPresence;
    readonly enrolledMs: number;
    readonly lastSeenMs: number | null;
    /** Events that wait on the host, as it last said. */
    readonly waiting: number;
  };
  readonly assignment: {
    readonly state: AssignmentState;
    readonly version: number;
    readonly appliedVersion: number | null;
    readonly code: string | null;
    readonly message: string | null;
    readonly updatedMs: number;
  } | null;
  /** Of the job on the host, from a while before the fire on, oldest first. */
  readonly runs: readonly {
    readonly id: string;
    readonly state: RunState;
    readonly reason: string | null;
    readonly detail: string | null;
    readonly scheduledForMs: number | null;
    readonly startedMs: number;
    readonly exitCode: number | null;
  }[];
  readonly failures: readonly {
    readonly runId: string;
    readonly cause: StartFailureCause;
    readonly scheduledForMs: number | null;
    readonly failedMs: number;
    readonly resultCode: number | null;
    readonly account: string | null;
    readonly records: readonly number[];
  }[];
  readonly changes: readonly {
    readonly state: TaskChangeState;
    readonly found: DriftKind | null;
    readonly noticedMs: number;
    readonly changedMs: number | null;
    readonly changedBy: string | null;
    readonly differences: readonly string[];
  }[];
  /** Times in which the host was not heard from; the last may go on. */
  readonly absences: readonly {
    readonly fromMs: number;
    readonly toMs: number | null;
    readonly bootedMs: number | null;
  }[];
  /** Times in which the host was to start nothing by itself. */
  readonly pauses: readonly {
    readonly fromMs: number;
    /** Its end, or when somebody ended it. */
    readonly toMs: number;
    readonly untilMs: number;
    readonly by: string;
    readonly reason: string;
  }[];
  readonly history: { readonly state: HistoryState; readonly message: string | null } | null;
  /** The task as the host's inventory last showed it. */
  readonly task: {
    readonly enabled: boolean | null;
    readonly lastResult: number | null;
    readonly lastRunMs: number | null;
  } | null;
}

/** What an answer is known from; each with the figures that its text has. */
export const evidenceFigures = {
  joined: [],
  paused: ['by'],
  last_heard: [],
  heard_again: [],
  started: [],
  made_up: ['run'],
  run: ['run', 'state'],
  scheduler_log: ['records'],
  last_result_only: [],
  change_noticed: ['change', 'differences'],
  changed: ['by'],
  assignment: ['version', 'assignment'],
  log_unread: [],
  log_state: ['log'],
  task_off: [],
  task_result: ['resultCode'],
  ran_before: [],
  fire_before: [],
  fire_next: [],
} as const satisfies Record<string, readonly string[]>;
export type EvidenceCode = keyof typeof evidenceFigures;
export type WhyFigures = Readonly<Record<string, string | number | null>>;

export interface Evidence {
  readonly atMs: number | null;
  readonly code: EvidenceCode;
  readonly text: string;
  /** By name, for who says it in another language. */
  readonly figures?: WhyFigures;
}

export interface WhyAnswer {
  readonly reason: WhyReason;
  readonly certainty: Certainty;
  /** One sentence without a full stop. */
  readonly text: string;
  /** What the text has, by name, for who says it in another language. */
  readonly figures?: WhyFigures;
  readonly evidence: readonly Evidence[];
  readonly runId: string | null;
}

export type Fire = Extract<DueFire, { due: true }>;
/** Answers where it knows; null leaves the question to the next. */
export type Judge = (fire: Fire, facts: WhyFacts) => WhyAnswer | null;

export function answer(
  reason: WhyReason,
  certainty: Certainty,
  said: string | { readonly text: string; readonly figures: WhyFigures },
  evidence: readonly Evidence[] = [],
  runId: string | null = null,
): WhyAnswer {
  return { reason, certainty, ...(typeof said === 'string' ? { text: said } : said), evidence, runId };
}
