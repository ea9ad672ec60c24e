import { z } from 'zod';
import { signature } from './wire-values.js';

/** Which keys are good, and what was not obeyed. */

/** The signed set of keys; see core's `SignedKeySet`. Only to agents with the capability `trust`. */
export const trustKeys = z.object({
  /** Canonical JSON of a `KeySet`. */
  text: z.string().max(20_000),
  /** By the root key. */
  signature,
  /** By signing keys of the set, for agents that have pinned no root. */
  vouchers: z.array(signature).max(8),
});

/** Something that reached the agent is not obeyed; it goes on with what it has. Only to servers with the feature `trust`. */
export const trustRefused = z.object({
  what: z.enum(['index', 'command', 'keys']),
  code: z.string().max(100),
  message: z.string().max(2_000),
});
