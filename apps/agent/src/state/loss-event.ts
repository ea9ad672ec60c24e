import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { SpoolLost } from '@carillon/contract/agent/host-events';
import { newId } from '../lib/new-id.js';

/** The run that an event is of, if it is of one. */
export function runIdOf({ data }: Pick<AgentEvent, 'data'>): string | null {
  return 'runId' in data ? data.runId : null;
}

const namedRuns = 200;

/**
 * What is told of events that were given up: counted, and what was lost before them added.
 * @param unread events that were lost without anybody having read them
 */
export function lossEvent(
  reason: SpoolLost['reason'],
  lost: readonly AgentEvent[],
  unread: number,
): Omit<AgentEvent, 'seq'> {
  const before = lost.flatMap(({ data }) => (data.kind === 'spool.lost' ? [data] : []));
  const sum = (read: (loss: SpoolLost) => number) => before.reduce((total, loss) => total + read(loss), 0);
  const ofRuns = lost.filter((event) => runIdOf(event) !== null);
  const runIds = new Set([
    ...ofRuns.flatMap((event) => runIdOf(event) ?? []),
    ...before.flatMap((loss) => loss.runIds),
  ]);
  const times = lost.map((event) => event.at).sort();
  const at = new Date().toISOString();
  return {
    eventId: newId(),
    at,
    data: {
      kind: 'spool.lost',
      reason,
      runEvents: ofRuns.length + unread + sum((loss) => loss.runEvents),
      otherEvents: lost.length - ofRuns.length - before.length + sum((loss) => loss.otherEvents),
      outputRuns: sum((loss) => loss.outputRuns),
      outputBytes: sum((loss) => loss.outputBytes),
      runIds: [...runIds].slice(0, namedRuns),
      from: times[0] ?? null,
      to: times.at(-1) ?? null,
    },
  };
}
