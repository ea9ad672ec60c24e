import { z } from 'zod';
import { isPathWithin } from '../policy/program-path.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams } from '../zod-problems.js';
import { actionLimits } from './action-limits.js';
import { actionPathSchema, globsSchema } from './action-parts.schema.js';
import { type BackupSpec, weekdays } from './backup.js';

const listOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).min(1).max(max));

const days = listOf(z.enum(weekdays), weekdays.length);
const modeForms = 'full, incremental, or { full: DAY } with days such as sunday';

/** `full`, `incremental`, `{ full: sunday }`, `{ full: [sunday, wednesday] }`. */
const modeSchema = z.unknown().transform((value, context): BackupSpec['mode'] => {
  if (value === 'full' || value === 'incremental') return value;
  const read = z.strictObject({ full: days }).safeParse(value);
  if (read.success) return weekdays.filter((day) => read.data.full.includes(day));
  context.addIssue({ code: 'custom', input: value, ...problemParams('wrong_value', modeForms) });
  return z.NEVER;
});

const keepSchema = z.strictObject({
  count: z.int().min(1).max(actionLimits.keptSets).optional(),
  days: z.int().min(1).max(actionLimits.keptDays).optional(),
});

/** `backup` as people write it; parsing gives the full definition. */
export const backupSchema = z
  .strictObject({
    from: listOf(actionPathSchema, actionLimits.paths),
    to: actionPathSchema,
    mode: modeSchema.optional(),
    exclude: globsSchema.optional(),
    compare: z.enum(['size+mtime', 'hash']).optional(),
    verify: z.boolean().optional(),
    keep: keepSchema.optional(),
  })
  .superRefine(({ from, to }, context) => {
    for (const [index, path] of from.entries()) {
      const ignoreCase = /^([A-Za-z]:|\\\\)/.test(path);
      const problem = (field: PropertyKey[], expected: ExpectedText) =>
        context.addIssue({ code: 'custom', input: path, path: field, ...problemParams('wrong_value', expected) });
      if (isPathWithin(path, to, ignoreCase)) problem(['to'], `a folder outside ${path}, which is saved there`);
      if (isPathWithin(to, path, ignoreCase)) problem(['from', index], `a path outside ${to}, where the sets are`);
      const twice = from.findIndex((other, at) => at !== index && isPathWithin(other, path, ignoreCase));
      if (twice >= 0) problem(['from', index], `a path outside ${from[twice]}, which is saved anyway`);
    }
  })
  .transform(
    (file): BackupSpec => ({
      from: file.from,
      to: file.to,
      mode: file.mode ?? 'full',
      exclude: file.exclude ?? [],
      compare: file.compare ?? 'size+mtime',
      verify: file.verify ?? true,
      keep: { count: file.keep?.count ?? null, days: file.keep?.days ?? null },
    }),
  );
