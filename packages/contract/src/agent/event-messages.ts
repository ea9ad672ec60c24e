import { z } from 'zod';
import { historyChanged, hostBooted, spoolLost, startFailed } from './host-events.js';
import { runFinished, runIdentity, runSkipped, runStarted, runWaiting } from './run-events.js';
import { taskChanged, taskReplaced } from './task-events.js';
import { count, uuid, when } from './wire-values.js';

/** The numbered log of events, and how it is acknowledged. */

export const agentEvent = z.object({
  seq: z.int().min(1),
  /** UUIDv7; the same event keeps it for ever, also when its number changes. */
  eventId: uuid,
  /** Agent's clock when it happened. */
  at: when,
  data: z.discriminatedUnion('kind', [
    runStarted,
    runFinished,
    runWaiting,
    runSkipped,
    taskChanged,
    taskReplaced,
    spoolLost,
    startFailed,
    historyChanged,
    hostBooted,
  ]),
});
export type AgentEvent = z.infer<typeof agentEvent>;
export type RunEvent = Extract<AgentEvent['data'], { kind: `run.${string}` }>;

export const events = z.object({
  epoch: z.int().min(1),
  firstSeq: z.int().min(1),
  /** Consecutive from `firstSeq`. Items are checked one by one so that one bad item cannot block the rest. */
  items: z.array(z.unknown()).min(1).max(200),
});

export const ack = z.object({
  epoch: z.int().min(1),
  upToSeq: count,
  /** Items that can never be stored; the agent drops them and says so in its log. */
  rejected: z.array(z.object({ seq: z.int(), code: z.string(), message: z.string() })).optional(),
});

/** The numbers of this epoch were seen with other events (a restored disk): renumber under a new epoch and send again. */
export const epochRenew = z.object({ epoch: z.int().min(1), next: z.int().min(2) });

/** Answers binary log frames: they are committed. */
export const logAck = z.object({
  items: z.array(z.object({ runId: uuid, stream: z.enum(['stdout', 'stderr']), upToOffset: count })).max(500),
});

/** Runs that the centre takes to be under way on the host; the agent tells the end of those that it knows nothing of. */
export const runsCheck = z.object({ runs: z.array(z.object(runIdentity)).min(1).max(100) });
