import { z } from 'zod';
import { byteSizeSchema, durationSchema } from '../job/parts.schema.js';
import { isPathWithin, pathProblem } from '../policy/program-path.js';
import { problemParams } from '../zod-problems.js';
import { actionLimits } from './action-limits.js';
import { actionPathSchema, globsSchema } from './action-parts.schema.js';
import type { CleanupSpec } from './cleanup.js';
import { protectedPath } from './protected-path.js';

/** `cleanup` as people write it; parsing gives the full definition. */
export const cleanupSchema = z
  .strictObject({
    root: actionPathSchema.superRefine((path, context) => {
      const why = pathProblem(path) === undefined ? protectedPath(path) : undefined;
      if (why !== undefined)
        context.addIssue({
          code: 'custom',
          input: path,
          ...problemParams('wrong_value', `a folder of one's own to delete in, but ${why}`),
        });
    }),
    patterns: globsSchema,
    olderThan: durationSchema(actionLimits.ageMs).optional(),
    largerThan: byteSizeSchema(actionLimits.bytes).optional(),
    keepNewest: z.int().min(0).max(actionLimits.keepNewest).optional(),
    untilFree: byteSizeSchema(actionLimits.bytes).optional(),
    emptyFolders: z.boolean().optional(),
    archive: actionPathSchema.nullish(),
  })
  .superRefine(({ root, archive }, context) => {
    if (!archive || (!isWithin(root, archive) && !isWithin(archive, root))) return;
    context.addIssue({
      code: 'custom',
      input: archive,
      path: ['archive'],
      ...problemParams('wrong_value', 'a folder apart from the root: neither in it nor around it'),
    });
  })
  .transform(
    (file): CleanupSpec => ({
      root: file.root,
      patterns: file.patterns,
      olderThanMs: file.olderThan ?? null,
      largerThanBytes: file.largerThan ?? null,
      keepNewest: file.keepNewest ?? 0,
      untilFreeBytes: file.untilFree ?? null,
      emptyFolders: file.emptyFolders ?? false,
      archive: file.archive ?? null,
    }),
  );

function isWithin(folder: string, path: string): boolean {
  return isPathWithin(folder, path, /^([A-Za-z]:|\\\\)/.test(folder));
}
