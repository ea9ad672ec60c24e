import { z } from 'zod';
import { count, hash, when } from './wire-values.js';

/** Newer versions of the agent. */

/** A newer version of the agent, signed by a publisher whose key the agent has pinned. Agents before it ignore this. */
export const upgradeOffer = z.object({
  /** Canonical JSON of a `Release`. */
  text: z.string().max(2_000),
  signature: z.string().max(200),
  /** How long the new version has to connect before the host goes back to the one before. */
  healthWithinMs: z.int().min(1_000).max(7_200_000),
  /**
   * Which planning of the version this offer is of, opaque. A host that failed at it does not try again before somebody
   * has planned the version anew. Servers before this field leave it out.
   */
  plan: z.string().max(100).optional(),
});

/** Asks for the bytes of a release from an offset on. */
export const releaseGet = z.object({ sha256: hash, offset: count });

export const releaseChunk = z.object({
  sha256: hash,
  offset: count,
  /** Base64. */
  data: z.string().max(180_000),
  /** Of the whole file. */
  bytes: count,
});

export const upgradeStates = ['downloading', 'trying', 'installed', 'failed'] as const;

/** What became of an upgrade; said again at each connection. Servers before it answer `nack`. */
export const upgradeStatus = z.object({
  version: z.string().max(20),
  state: z.enum(upgradeStates),
  code: z.string().max(100).nullable(),
  message: z.string().max(2_000).nullable(),
  at: when,
});
