import { driftKinds, taskChangeStates } from '@carillon/core/state/states';
import { z } from 'zod';
import { hash, uuid, when } from './wire-values.js';

/** What happens to registered tasks, and to tasks that jobs stand in for. */

/** Task XML; longer ones do not travel. */
const definitionText = z.string().max(64 * 1024);

/** A registered task is no longer, or again, what its job says. */
export const taskChanged = z.object({
  kind: z.literal('task.changed'),
  jobId: uuid,
  /** Version that should be registered. */
  version: z.int().min(1),
  state: z.enum(taskChangeStates),
  /** What was found; null when there is nothing wrong any more. */
  found: z.enum(driftKinds).nullable(),
  /** In words, at most the first fifty. */
  differences: z.array(z.string().max(500)).max(50),
  /** Why it could not be put right. */
  message: z.string().max(2_000).nullable(),
  /** As Task Scheduler's log tells: when it was changed, and by which account. Agents before it do not know. */
  changedAt: when.optional(),
  changedBy: z.string().max(255).optional(),
  /** With `repaired`: the command that asked for it; absent where the agent did it by itself. */
  commandId: uuid.optional(),
  /** SHA-256 over the task XML that was found. Agents before it do not say. */
  definitionHash: hash.optional(),
  /** That XML; left out when it was told before, null when it is too long to travel. */
  definition: definitionText.nullable().optional(),
  /** What the host compared it with beside the job: without it the wanted task cannot be worked out. */
  comparedWith: z
    .object({
      /** IANA name. */
      timezone: z.string().max(100),
      /** What its tasks start. */
      runner: z.object({ command: z.string().max(1_000), arguments: z.array(z.string().max(1_000)).max(20) }),
      /** SIDs of accounts by lower-case name. */
      sids: z.record(z.string().max(300), z.string().max(200)),
    })
    .optional(),
});
export type TaskChanged = z.infer<typeof taskChanged>;

/** A task of the host's own that a job stands in for was switched off, or is as it was before. Servers before it drop it. */
export const taskReplaced = z.object({
  kind: z.literal('task.replaced'),
  jobId: uuid,
  version: z.int().min(1),
  path: z.string().min(1).max(260),
  state: z.enum(['replaced', 'restored']),
  wasEnabled: z.boolean(),
  /** The definition as it was, with `replaced`; null where it is too long to travel. */
  xml: definitionText.nullable(),
  /** What else is to be said of it. */
  message: z.string().max(2_000).nullable(),
});
export type TaskReplaced = z.infer<typeof taskReplaced>;
