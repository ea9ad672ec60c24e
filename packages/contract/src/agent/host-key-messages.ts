import { z } from 'zod';
import { key, signature, uuid, when } from './wire-values.js';

/** Another key for a host, and the end of a host. */

/** Make another key. Only to agents with the capability `host-key`. */
export const keyAsk = z.object({});

/** The key that is to take the place of the one with which this session was opened. */
export const keyOffer = z.object({
  next: key,
  /** Ed25519 over core's `rotationText` by the present key, and by the next. */
  byOld: signature,
  byNew: signature,
});

/** It is kept: the host may sign in with it, and from then on with no other. */
export const keyKept = z.object({ next: key });

/** The host is to go. Only to agents with the capability `leave`. */
export const leave = z.object({
  /** Canonical JSON of a `LeaveOrder`. */
  text: z.string().max(4_000),
  signature,
});

/** Nothing of ours is left on the host, and nothing waits to be told. */
export const left = z.object({});

/** Signed by the server's key for one host: take away what is ours, tell what is untold, forget your key, and end. */
export const leaveOrder = z.object({
  kind: z.literal('carillon/leave/v1'),
  hostId: uuid,
  issuedAt: when,
  notAfter: when,
  signedBy: key,
});
export type LeaveOrder = z.infer<typeof leaveOrder>;

/** Capabilities of agents that understand these. */
export const leaveCapability = 'leave';
export const hostKeyCapability = 'host-key';
