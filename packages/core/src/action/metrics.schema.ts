import { z } from 'zod';
import { byteSizeSchema, durationSchema } from '../job/parts.schema.js';
import { problemParams } from '../zod-problems.js';
import { actionLimits, metricsDefaults } from './action-limits.js';
import { actionPathSchema } from './action-parts.schema.js';
import { type MetricsSpec, metricsFormats } from './metrics.js';

/** Asked of the system as they are: no wildcards, no paths, and nothing that a shell would read. */
const watchedName = z
  .string()
  .max(actionLimits.watchedCharacters)
  .refine(
    (name) => /^[\p{L}\p{N}_][\p{L}\p{N} ._$@+-]*$/u.test(name),
    problemParams('wrong_value', 'a name without path or wildcards, such as sqlservr or W3SVC'),
  );

const watchedNames = z
  .array(watchedName)
  .max(actionLimits.watched)
  .refine(isEachOnce, problemParams('duplicate', 'each name once'));

const diskSchema = z
  .string()
  .max(actionLimits.pathCharacters)
  .refine(
    (disk) => actionPathSchema.safeParse(/^[A-Za-z]:$/.test(disk) ? `${disk}\\` : disk).success,
    problemParams('wrong_value', 'a drive such as C: or a folder such as /var'),
  );

/** `metrics` as people write it; parsing gives the full definition. */
export const metricsSchema = z
  .strictObject({
    log: actionPathSchema.refine((path) => !/[\\/]$/.test(path), problemParams('wrong_value', 'a file, not a folder')),
    format: z.enum(metricsFormats).optional(),
    keep: z
      .strictObject({
        files: z.int().min(1).max(actionLimits.logFiles).optional(),
        bytes: byteSizeSchema(actionLimits.logBytes).optional(),
        rotateAfter: durationSchema(actionLimits.rotateAfterMs).optional(),
      })
      .optional(),
    processes: z.preprocess(withoutExe, watchedNames).optional(),
    services: watchedNames.optional(),
    disks: z
      .array(diskSchema)
      .max(actionLimits.watched)
      .refine(isEachOnce, problemParams('duplicate', 'each disk once'))
      .optional(),
  })
  .transform(
    ({ log, format, keep, processes, services, disks }): MetricsSpec => ({
      log,
      format: format ?? 'csv',
      keep: {
        files: keep?.files ?? metricsDefaults.files,
        bytes: keep?.bytes ?? metricsDefaults.bytes,
        rotateAfterMs: keep?.rotateAfter ?? null,
      },
      processes: processes ?? [],
      services: services ?? [],
      disks: disks ?? null,
    }),
  );

function isEachOnce(names: readonly string[]): boolean {
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
}

function withoutExe(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((name) => (typeof name === 'string' ? name.replace(/\.exe$/i, '') : name))
    : value;
}
