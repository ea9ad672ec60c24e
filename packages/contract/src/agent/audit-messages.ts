import { z } from 'zod';
import { trustKeys } from './trust-messages.js';
import { signature } from './wire-values.js';

/** The signed end of the audit's chain, see core's `SignedEnd`: told to agents, which keep the newest as witnesses, and back. */
const signedEnd = z.object({ text: z.string().max(1_000), signature });

/** Only to agents with the capability `audit-witness`. */
export const auditEnd = signedEnd;

/** What the agent kept before it was told another. Only to servers that told one. */
export const auditSeen = signedEnd;

/** What do you keep? Only to agents with the capability `audit-kept`. */
export const auditAsk = z.object({});

/** All that the agent keeps, oldest first, and the keys that it obeys. Only as an answer to `audit.ask`. */
export const auditKept = z.object({
  ends: z.array(signedEnd).max(128),
  /** Absent where it has pinned no root. */
  keys: trustKeys.optional(),
});

/** What `carillon-agent witness` prints on the host, and `carillon audit verify --witnesses FILE` reads. */
export const witnessFile = auditKept.extend({ kind: z.literal('carillon/witness/v1'), host: z.string().max(255) });
export type WitnessFile = z.infer<typeof witnessFile>;
