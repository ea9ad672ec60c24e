import type { RunEvent } from '@carillon/contract/agent/event-messages';
import type { RunState } from '@carillon/core/state/states';
import { isFinalRun, unreachable } from '@carillon/core/state/states';

type Output = Extract<RunEvent, { kind: 'run.finished' }>['output'];

/** A run as one batch of events tells it. */
export interface RunRow {
  readonly runId: string;
  readonly hostId: string;
  readonly event: RunEvent;
  readonly state: RunState;
  readonly output: Output | null;
}

export type RunEvidence = 'waiting' | 'started' | 'indeterminate' | 'final';

/**
 * How much a state says: a later event replaces an earlier one only when it says more, in whatever order they come.
 * `run_state` in write-batch.ts is ranked the same way.
 */
export function evidenceOf(state: RunState): RunEvidence {
  if (isFinalRun(state)) return 'final';
  if (state === 'indeterminate' || state === 'waiting') return state;
  return 'started';
}

const ranks: readonly RunEvidence[] = ['waiting', 'started', 'indeterminate', 'final'];

/** Collapses the events of each run to the one that says most; of equals the first stays. */
export function foldRuns(
  events: readonly { readonly hostId: string; readonly event: { readonly data: RunEvent } }[],
): RunRow[] {
  const runs = new Map<string, RunRow>();
  for (const { hostId, event } of events) {
    const row = rowOf(hostId, event.data);
    const before = runs.get(row.runId);
    if (!before || (before.hostId === hostId && rank(row.state) > rank(before.state))) runs.set(row.runId, row);
  }
  return [...runs.values()];
}

function rank(state: RunState): number {
  return ranks.indexOf(evidenceOf(state));
}

function rowOf(hostId: string, data: RunEvent): RunRow {
  const finished = data.kind === 'run.finished';
  return {
    runId: data.runId,
    hostId,
    event: data,
    state: stateOf(data),
    output: finished ? data.output : null,
  };
}

function stateOf(data: RunEvent): RunState {
  switch (data.kind) {
    case 'run.waiting':
      return 'waiting';
    case 'run.started':
      return 'running';
    case 'run.skipped':
      return 'skipped';
    case 'run.finished':
      return data.state;
    default:
      return unreachable(data);
  }
}
