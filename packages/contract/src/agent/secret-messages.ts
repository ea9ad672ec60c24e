import { hostSecretStates } from '@carillon/core/secrets/secret-rules';
import { vaultPurposes } from '@carillon/core/secrets/secret-use';
import { z } from 'zod';
import { key, signature, uuid } from './wire-values.js';

/** Secrets of jobs and passwords of their accounts, sealed to one host. Only with agents that have `sealed-secrets`. */

/** Of a secret or an account, in lower case. */
const name = z
  .string()
  .min(1)
  .max(320)
  .refine((text) => !text.includes('\0'));
const valueVersion = z.int32().min(1);
/** In one frame: far more than jobs of one host have, and values of 8 KiB fit the frame a few at a time. */
const mostUses = 500;

/** After the welcome, and whenever something of the host's may be new: it asks. */
export const secretsNotice = z.object({
  /** To which key the centre seals for this host, so that the agent need not tell it again; null: it knows none. */
  sealKey: key.nullable(),
});

/** The key to which the host's secrets are to be sealed. */
export const secretsKey = z.object({
  /** X25519. */
  key,
  /** Ed25519 by the host's key over core's `sealKeyText`. */
  signature,
});

const use = { purpose: z.enum(vaultPurposes), name, jobId: uuid, version: z.int32().min(1) };

/** All that the host's jobs need, by job; what it has already is not sent again. */
export const secretsGet = z.object({
  uses: z.array(z.object({ ...use, have: valueVersion.nullable() })).max(mostUses),
});

/** Answers `secrets.get`, in several frames where they are long; each item stands for itself. */
export const secretsState = z.object({
  items: z
    .array(
      z.object({
        ...use,
        /** Null: there is none in the centre, or none for this job. */
        valueVersion: valueVersion.nullable(),
        /** Base64 of RFC 9180, bound to core's `boundTo`; absent where the host has it already. */
        sealed: z.string().max(60_000).optional(),
        /** Of the centre over core's `sealedText`. */
        signature: signature.optional(),
        /** Why it is not given. */
        code: z.string().max(100).optional(),
      }),
    )
    .max(mostUses),
  /** Nothing of this answer comes after it. */
  last: z.boolean(),
});

/** How the host stands with everything that it needs: takes the place of what it told before. */
export const secretsStatus = z.object({
  items: z
    .array(
      z.object({
        purpose: z.enum(vaultPurposes),
        name,
        state: z.enum(hostSecretStates),
        /** Of the value from the centre; null: none. */
        version: valueVersion.nullable(),
        code: z.string().max(100).optional(),
        message: z.string().max(2_000).optional(),
      }),
    )
    .max(mostUses),
});
