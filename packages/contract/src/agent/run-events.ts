import { outputEncodings } from '@carillon/core/job/job-spec';
import { runStates, runTriggers } from '@carillon/core/state/states';
import { z } from 'zod';
import { count, hash, uuid, when } from './wire-values.js';

/** What happens to runs. */

export const runIdentity = {
  runId: uuid,
  jobId: uuid,
  version: z.int().min(1),
  trigger: z.enum(runTriggers),
  /** The occurrence this run answers; absent for runs started by hand. */
  scheduledFor: when.nullable(),
  startedAt: when,
  commandId: uuid.nullable(),
  /** What the agent saw, for `watch`: `D:\\in\\a.csv arrived`. Left out by older agents. */
  cause: z.string().max(1_000).optional(),
};

export const runStarted = z.object({ kind: z.literal('run.started'), ...runIdentity });

const streamSummary = z.object({
  /** Bytes the program wrote. */
  bytes: count,
  /** Bytes that were kept and will arrive as log frames. */
  stored: count,
  /** SHA-256 over all bytes written. */
  sha256: hash,
});

export const runFinished = z.object({
  kind: z.literal('run.finished'),
  ...runIdentity,
  finishedAt: when,
  /** Measured on a monotonic clock. */
  durationMs: count,
  /** How often the program was started; older agents leave it out and never try again. */
  attempts: z.int().min(1).max(1_000).optional(),
  /** Processor time of the program and all it started, all attempts together; left out where it was not measured. */
  cpuMs: count.optional(),
  /** Most memory that they held at one time, in bytes. */
  peakMemoryBytes: count.nullable().optional(),
  state: z.enum(runStates),
  reason: z.string().max(100).nullable(),
  /** Unsigned 32 bits. */
  exitCode: z.int().min(0).max(0xffff_ffff).nullable(),
  output: z.object({ stdout: streamSummary, stderr: streamSummary, encoding: z.enum(outputEncodings) }),
});

/** A trigger fired, and the program waits for the runs before it or for its conditions. Servers before it drop it. */
export const runWaiting = z.object({
  kind: z.literal('run.waiting'),
  ...runIdentity,
  reason: z.string().max(100),
  /** What it waits for, in words. */
  message: z.string().max(2_000),
});

/** A trigger fired, and the program was not started: what did not hold, or which run stood in its way. Servers before it drop it. */
export const runSkipped = z.object({
  kind: z.literal('run.skipped'),
  ...runIdentity,
  finishedAt: when,
  reason: z.string().max(100),
  message: z.string().max(2_000),
});
