import { historyStates, runTriggers, spoolLossReasons, startFailureCauses } from '@carillon/core/state/states';
import { z } from 'zod';
import { count, uuid, when } from './wire-values.js';

/** What a host tells of itself: what it lost, starts that came to nothing, and its own start. */

/** Something that waited on the host was given up before the centre had it. Servers before it drop the event. */
export const spoolLost = z.object({
  kind: z.literal('spool.lost'),
  reason: z.enum(spoolLossReasons),
  /** Ends of runs, and starts whose end is not known. */
  runEvents: count,
  otherEvents: count,
  /** Runs whose output was given up, and its bytes as spooled. */
  outputRuns: count,
  outputBytes: count,
  /** Runs that are concerned, the first of them. */
  runIds: z.array(uuid).max(200),
  /** When the lost things happened; null where that is not known. */
  from: when.nullable(),
  to: when.nullable(),
});
export type SpoolLost = z.infer<typeof spoolLost>;

/**
 * Task Scheduler was to start a job and no run came of it, as its log tells. Servers before it drop it.
 * `at` of the event is the time of the failure.
 */
export const startFailed = z.object({
  kind: z.literal('start.failed'),
  /** Of the run that this would have been, and is where the cause counts as a failed run. */
  runId: uuid,
  jobId: uuid,
  version: z.int().min(1),
  cause: z.enum(startFailureCauses),
  trigger: z.enum(runTriggers),
  /** The occurrence that was not answered; null where there is none. */
  scheduledFor: when.nullable(),
  /** Unsigned 32 bits. */
  resultCode: z.int().min(0).max(0xffff_ffff).nullable(),
  /** As Windows names it. */
  account: z.string().max(255).nullable(),
  /** Kinds of records that say so; none where only the task's last result does. */
  records: z.array(z.int().min(0).max(65_535)).max(20),
});
export type StartFailed = z.infer<typeof startFailed>;

/** Whether the agent can read what Task Scheduler does; told when it changes. Servers before it drop it. */
export const historyChanged = z.object({
  kind: z.literal('history.changed'),
  state: z.enum(historyStates),
  /** What to do about it, or what Windows said; null when all is well. */
  message: z.string().max(2_000).nullable(),
});
export type HistoryChanged = z.infer<typeof historyChanged>;

/** The host has started since this was last told. Servers before it drop it. */
export const hostBooted = z.object({ kind: z.literal('host.booted'), bootedAt: when });
export type HostBooted = z.infer<typeof hostBooted>;
