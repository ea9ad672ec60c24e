import { z } from 'zod';

/**
 * Values that the messages of the agent protocol, version 1, share. Bodies only grow: a new field is optional and
 * says which older peer lacks it. Names and fields are described in PROTOCOL.md; a test compares the two.
 */
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);
export const uuid = z.uuid();
export const when = z.iso.datetime();
export const count = z.int().min(0);

export const desiredPoint = z.object({ rev: count, hash });

/** The spool as the agent sees it: events `first`..`next - 1` are not acked yet. */
export const spoolPoint = z.object({ epoch: z.int().min(1), first: z.int().min(1), next: z.int().min(1) });
