import { commandKinds } from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { key, signature, uuid, when } from './wire-values.js';

/** Signed orders to one host. */

export const command = z.object({
  /** Canonical JSON of a `Command`. */
  text: z.string().max(20_000),
  signature,
});

export const commandResult = z.object({
  commandId: uuid,
  state: z.enum(['accepted', 'done', 'rejected', 'expired', 'indeterminate']),
  code: z.string().max(100).optional(),
  message: z.string().max(2_000).optional(),
  runId: uuid.optional(),
  /** Of a dry run, whose `code` is then the verdict (as that of a repair that is done is a `RepairOutcome`): what the host says, line by line. Older agents are never asked for one. */
  answer: z.string().max(limits.answerBytes).optional(),
});

/** Signed order to one host, done at most once and only inside its life. */
export const commandOrder = z.object({
  kind: z.literal('carillon/command/v1'),
  commandId: uuid,
  hostId: uuid,
  action: z.enum(commandKinds),
  jobId: uuid,
  /** For `stop`. */
  runId: uuid.nullable(),
  notBefore: when,
  notAfter: when,
  /** The key that signed it; older servers do not say it. */
  signedBy: key.optional(),
});
export type CommandOrder = z.infer<typeof commandOrder>;
