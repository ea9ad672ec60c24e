import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { type Difference, diffTasks } from '@carillon/wintask/task/diff';
import { withoutVersion } from '../job/task-for-job.js';
import type { DriftKind } from '../state/states.js';

/** How a registered task differs from the one it should be. */
export interface Drift {
  readonly found: DriftKind;
  /** Each difference in words, `settings.priority: wanted 5, found 9`; none when the task is gone. */
  readonly differences: readonly string[];
}

/** What was found where a task should be: the task, nothing, or something that is no task any more. */
export type FoundTask = { readonly task: TaskDefinition } | { readonly task: null; readonly problem: string | null };

/**
 * Compares by meaning, not by text: what Windows rewrites on registration is no difference. A task that was only switched
 * off is told apart, since that is what people do when a job troubles them.
 * @returns null when the task is as it should be
 */
export function judgeDrift(wanted: TaskDefinition, found: FoundTask): Drift | null {
  if (found.task === null)
    return found.problem === null
      ? { found: 'deleted', differences: [] }
      : { found: 'unreadable', differences: [found.problem] };
  const differences = meaningfulDifferences(wanted, found.task);
  if (differences.length === 0) return null;
  const isOff = differences.every(({ path, found: value }) => path === 'settings.enabled' && value === false);
  return { found: isOff ? 'disabled' : 'edited', differences: differences.map(({ text }) => text) };
}

/** All differences but the version number in our own description, which tells people only who wrote the task when. */
export function meaningfulDifferences(wanted: TaskDefinition, found: TaskDefinition): Difference[] {
  return diffTasks(wanted, found).filter(
    ({ path, wanted: ours, found: theirs }) =>
      path !== 'description' || withoutVersion(String(ours)) !== withoutVersion(String(theirs)),
  );
}
