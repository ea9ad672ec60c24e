import { z } from 'zod';
import { signature } from './wire-values.js';

/** The signed end of the audit's chain, see core's `SignedEnd`: told to agents, which keep the newest as witnesses, and back. */
const signedEnd = z.object({ text: z.string().max(1_000), signature });

/** Only to agents with the capability `audit-witness`. */
export const auditEnd = signedEnd;

/** What the agent kept before it was told another. Only to servers that told one. */
export const auditSeen = signedEnd;
