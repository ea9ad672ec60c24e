import { webauthnKeyPattern, webauthnSignaturePattern } from '@carillon/core/approval/webauthn-text';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { z } from 'zod';
import { defineRoutes, instant, nameParam } from './route.js';

const tag = 'approvals';
const job = z.object({ name: nameParam });
/** Of core's `isWebauthnKey`: a security key's. One form each, so that OpenAPI says it. */
const key = z
  .string()
  .regex(
    either(/^[A-Za-z0-9_-]{43}$/, webauthnKeyPattern),
    'the 32 raw bytes of an Ed25519 public key in base64url, or webauthn.ORIGIN.SPKI of a security key' satisfies ExpectedText,
  );
const signature = z
  .string()
  .regex(
    either(/^[A-Za-z0-9_-]{86}$/, webauthnSignaturePattern),
    "an Ed25519 signature in base64url, or a security key's, webauthn.…" satisfies ExpectedText,
  );

/** See core's `SignedApproval`. */
export const signedApproval = z.object({ text: z.string().max(100_000), signature, key });

export const approverKey = z.object({
  key,
  /** By which people compare it, and hosts may list it. */
  fingerprint: z.string(),
  owner: z.string(),
  name: z.string(),
  createdAt: instant,
  /** Of a security key: by which a browser finds it. */
  credentialId: z.string().nullable().optional(),
});

function either(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'));
}

export const approvalRoutes = defineRoutes({
  keys: {
    method: 'GET',
    path: '/approver-keys',
    tag,
    summary: 'Public keys of approvers, by owner',
    response: z.object({ items: z.array(approverKey) }),
  },
  addKey: {
    method: 'POST',
    path: '/approver-keys',
    tag,
    summary: "Register a public key of one's own; the private one stays where it is",
    body: z.object({
      key,
      name: z.string().min(1).max(100),
      /** Of the caller's name and the key, by the key: nobody registers one that he does not hold. */
      proof: signature,
      /** Of a security key, as the browser called it when it was made. */
      credentialId: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,1400}$/, 'the id of a credential in base64url' satisfies ExpectedText)
        .optional(),
    }),
    response: approverKey,
  },
  removeKey: {
    method: 'DELETE',
    path: '/approver-keys/:key',
    tag,
    summary: "Forget a public key of one's own; hosts that list it go on to trust it",
    params: z.object({
      key: z
        .string()
        .regex(
          /^([A-Za-z0-9_-]{43}|[0-9a-f]{32})$/,
          'a public key of 43 characters, or a fingerprint' satisfies ExpectedText,
        ),
    }),
    response: approverKey,
  },
  toSign: {
    method: 'GET',
    path: '/jobs/:name/approval',
    tag,
    summary: 'What an approver signs of the current version of a job, and who has signed it',
    params: job,
    response: z.object({
      jobId: z.uuid(),
      name: z.string(),
      version: z.int(),
      /** Canonical JSON; its SHA-256 is what is signed. */
      manifest: z.string(),
      manifestHash: z.string(),
      author: z.string(),
      /** Hosts that should have it. */
      hosts: z.array(z.string()),
      approvals: z.array(z.object({ key, signedBy: z.string(), at: instant, hosts: z.int() })),
      /** Text of core's `Approval` of all this, for browsers; missing where it has more hosts than one approval names. */
      text: z.string().optional(),
      /** Hosts whose own policy refuses it without (more) approvals. */
      refusedBy: z.array(z.string()),
    }),
  },
  sign: {
    method: 'POST',
    path: '/jobs/:name/approvals',
    tag,
    summary: 'Hand in what an approver signed of the current version of a job',
    params: job,
    body: signedApproval,
    response: z.object({ job: z.string(), version: z.int(), hosts: z.int() }),
  },
});
