import type { RunState } from '@carillon/core/state/states';

/** A run as it truly was. */
export interface TrueRun {
  readonly runId: string;
  readonly hostId: string;
  readonly jobId: string;
  readonly version: number;
  readonly commandId: string | null;
  readonly startedMs: number;
  /** `running` while its program runs. */
  state: RunState;
  endedMs: number | null;
  /** Since when its end is on disk. */
  writtenMs: number | null;
  /** On a host that went back in time, and as whatever its job was then. */
  isAgain: boolean;
  /** What else may be recorded of it, and why: what a fault took from the host cannot be known. */
  readonly excused: Map<RunState | 'absent', string>;
}

/** What truly happened on all hosts; nobody in the simulation reads it but those who check. */
export class Ledger {
  readonly runs = new Map<string, TrueRun>();
  /** Starts by command. */
  readonly executions = new Map<string, number>();

  /** Tickets that a runner died with, before it had begun. */
  readonly diedEarly = new Set<string>();

  /** Hosts that went back in time. */
  readonly wentBack = new Set<string>();
  /** Commands that the centre forgot to have handed out; it may call them expired. */
  readonly forgotten = new Set<string>();

  began(run: Omit<TrueRun, 'state' | 'endedMs' | 'writtenMs' | 'isAgain' | 'excused'>): TrueRun {
    const made: TrueRun = {
      ...run,
      state: 'running',
      endedMs: null,
      writtenMs: null,
      isAgain: false,
      excused: new Map(),
    };
    const before = this.runs.get(run.runId);
    made.isAgain = before !== undefined;
    // A host that went back in time runs it again.
    if (before) excuse(made, 'it ran before', before.state, ...before.excused.keys());
    this.runs.set(run.runId, made);
    return made;
  }

  /** Its program was started. */
  executed({ commandId }: TrueRun): void {
    if (commandId !== null) this.executions.set(commandId, (this.executions.get(commandId) ?? 0) + 1);
  }

  /** A host went back to this moment: what it was told to do since may happen again. */
  forget(hostId: string, sinceMs: number): void {
    this.wentBack.add(hostId);
    for (const run of this.of(hostId))
      if (run.startedMs >= sinceMs && run.commandId !== null) this.executions.delete(run.commandId);
  }

  of(hostId: string): TrueRun[] {
    return [...this.runs.values()].filter((run) => run.hostId === hostId);
  }
}

/** What a runner lived through, in words that the ledger excuses by. */
export function excuse(run: TrueRun, why: string, ...states: (RunState | 'absent')[]): void {
  for (const state of states) if (!run.excused.has(state)) run.excused.set(state, why);
}
