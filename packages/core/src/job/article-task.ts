import { z } from 'zod';
import { makeProblem, type Result } from '../problem.js';
import { problemsFromIssues } from '../zod-problems.js';

/**
 * The form of the source material: `task: { name, type: cron, schedule, script_path, targets: [...] }`.
 * Each target is the name of a saved group, as in "server-group-prod".
 */
const articleTaskSchema = z.strictObject({
  task: z.strictObject({
    name: z.string(),
    type: z.enum(['cron']),
    schedule: z.string(),
    script_path: z.string(),
    targets: z.array(z.string()).min(1),
    description: z.string().optional(),
  }),
});

/** Rewrites such a document as a job file (`kind: Job`), to be read by `readDocument`. */
export function jobFileFromArticleTask(raw: unknown): Result<Record<string, unknown>> {
  if (raw === null || typeof raw !== 'object' || !('task' in raw)) {
    return {
      ok: false,
      problems: [
        makeProblem('task', 'missing', 'a document with `task:` (job files are read by `carillon apply`)', raw),
      ],
    };
  }
  const result = articleTaskSchema.safeParse(raw);
  if (!result.success) return { ok: false, problems: problemsFromIssues(result.error.issues, raw) };
  const { name, schedule, script_path, targets, description } = result.data.task;
  return {
    ok: true,
    value: {
      kind: 'Job',
      name,
      ...(description === undefined ? {} : { description }),
      targets: { groups: targets },
      schedule: [{ cron: schedule }],
      run: { program: script_path },
    },
  };
}
