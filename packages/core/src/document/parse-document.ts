import type { z } from 'zod';
import type { Result } from '../problem.js';
import { problemsFromIssues } from '../zod-problems.js';

/** A parsed document by its schema; what is wrong is told in the product's own words, all together. */
export function parseDocument<T>(schema: z.ZodType<T>, raw: object): Result<T> {
  const result = schema.safeParse(raw);
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, problems: problemsFromIssues(result.error.issues, raw) };
}
