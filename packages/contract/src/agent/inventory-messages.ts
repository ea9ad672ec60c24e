import { z } from 'zod';
import { count, hash, when } from './wire-values.js';

/** Which tasks a host has. */

/** A task of the host that is not Windows' own: ours too. */
const listedTask = z.object({
  path: z.string().min(1).max(260),
  definitionHash: hash,
  /** Task XML; null when it is as the centre has it already, or cannot be had (`problem`). */
  definition: z
    .string()
    .max(64 * 1024)
    .nullable(),
  problem: z.string().max(500).nullable(),
  /** Null when the definition cannot be read. */
  enabled: z.boolean().nullable(),
  runAs: z.string().max(255),
  /** Unsigned 32 bits, as Task Scheduler says. */
  lastResult: z.int().min(0).max(0xffff_ffff).nullable(),
  /** Null when it never ran, or when the listing does not tell how it writes dates. */
  lastRunAt: when.nullable(),
  nextRunAt: when.nullable(),
});

/** Which tasks a host has. Servers before it answer `nack`; the agent then goes on without. */
export const inventory = z.object({
  /** Identity of the whole list. */
  hash,
  /** What the centre must have for these changes to fit; null: this is the whole list. */
  base: hash.nullable(),
  page: z.int().min(1),
  pages: z.int().min(1).max(2_000),
  tasks: z.array(listedTask).max(2_000),
  removed: z.array(z.string().max(260)).max(2_000),
  /** Tasks beyond the limit of the list. */
  omitted: count,
  /** Machine-wide variables that definitions name, by lower-case name. */
  variables: z.record(z.string().max(64), z.string().max(1_000)),
});

/** Asks for the whole list, as it is now. */
export const inventoryGet = z.object({});
