import { webauthnKeyPattern, webauthnSignaturePattern } from '@carillon/core/approval/webauthn-text';
import { missedPolicies } from '@carillon/core/job/job-spec';
import { z } from 'zod';
import { count, desiredPoint, hash, key, signature, uuid, when } from './wire-values.js';

/** What a host should have, and what became of it. */

const approverKey = z.union([key, z.string().regex(webauthnKeyPattern)]);
const approvalSignature = z.union([signature, z.string().regex(webauthnSignaturePattern)]);

export const desiredNotice = desiredPoint;

/** Asks for the desired state; the server leaves out manifests whose hashes are listed. */
export const desiredGet = z.object({
  rev: count,
  haveManifests: z.array(hash).max(2_000),
  /** The host's own policy asks for signatures of approvers. Older agents do not know them, and get none. */
  approvals: z.literal(true).optional(),
  /** It can judge signatures of security keys as well. Older agents cannot, and get none. */
  webauthn: z.literal(true).optional(),
});

export const desiredState = z.object({
  /** Canonical JSON of a `HostIndex`: everything this host should have, complete at every revision. */
  index: z.string().max(200_000),
  indexSignature: signature,
  /** Canonical JSON of each `Manifest` that was missing, with its signature. */
  manifests: z.array(z.object({ text: z.string(), signature })).max(2_000),
  /** Signatures of approvers over definitions of the index, where `desired.get` asked for them; older servers have none. */
  approvals: z
    .array(z.object({ text: z.string().max(100_000), signature: approvalSignature, key: approverKey }))
    .max(2_000)
    .optional(),
  /** Manifests may come in several frames; the agent acts after the last. */
  page: z.int().min(1),
  pages: z.int().min(1),
});

export const applyStatus = z.object({
  rev: count,
  jobs: z
    .array(
      z.object({
        jobId: uuid,
        version: z.int().min(1),
        state: z.enum(['applied', 'failed', 'rejected', 'removed']),
        /** Why it failed: a machine name, and the text of schtasks or of the refusing rule. */
        code: z.string().max(100).optional(),
        message: z.string().max(2_000).optional(),
        /** Of a job that was rejected as a rollback: the version that stays registered. Older agents do not say it. */
        registeredVersion: z.int32().min(1).optional(),
      }),
    )
    .max(2_000),
  observedHash: hash,
});

/** A time in which the host starts nothing by itself; see core's `HostPause`. */
export const pause = z.object({
  id: uuid,
  from: when,
  until: when,
  afterwards: z.enum(missedPolicies),
  by: z.string().max(200),
  reason: z.string().max(500),
});

/** Signed, complete list of what a host should have. */
export const hostIndex = z.object({
  kind: z.literal('carillon/index/v1'),
  hostId: uuid,
  rev: count,
  hash,
  entries: z.array(z.object({ jobId: uuid, version: z.int().min(1), manifestHash: hash })).max(2_000),
  issuedAt: when,
  /** After which it is not to be taken; older servers do not say it. */
  notAfter: when.optional(),
  /** The key that signed it; older servers do not say it. */
  signedBy: key.optional(),
  /** Part of `hash`. Agents without the capability `pause` do not know it; for them there is none. */
  pause: pause.optional(),
});
export type HostIndex = z.infer<typeof hostIndex>;
