import type { taskChange } from '@carillon/contract/http/jobs.shapes';
import type { z } from 'zod';
import type { TaskChangeRow } from '../store/task-change.store.js';

/** A change of a task as the API shows it. */
export function taskChangeView({ noticedAt, changedAt, ...row }: TaskChangeRow): z.infer<typeof taskChange> {
  return { ...row, noticedAt: noticedAt.toISOString(), changedAt: changedAt?.toISOString() ?? null };
}
