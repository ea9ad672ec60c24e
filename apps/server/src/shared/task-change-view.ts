import type { hostDrift, taskChange } from '@carillon/contract/http/jobs.shapes';
import type { z } from 'zod';
import type { HostDriftRow, TaskChangeRow } from '../store/task-change.store.js';
import { fieldsOf, wantedTask } from './task-change-fields.js';

/** A change of a task as the API shows it. */
export function taskChangeView({ noticedAt, changedAt, ...row }: TaskChangeRow): z.infer<typeof taskChange> {
  return { ...row, noticedAt: noticedAt.toISOString(), changedAt: changedAt?.toISOString() ?? null };
}

/** A host that differs from a job of its own, as the API shows it. */
export function driftView(row: HostDriftRow): z.infer<typeof hostDrift> {
  const { host, presence, canRepair, change } = row;
  if (change === null) {
    const unknown = { changeId: null, found: null, noticedAt: null, changedAt: null, changedBy: null, fields: null };
    return { host, presence, canRepair, ...unknown, differences: [] };
  }
  const { id, found, differences, changedBy, definition } = change;
  return {
    ...{ host, presence, canRepair, changeId: id, found, changedBy, differences },
    noticedAt: change.noticedAt.toISOString(),
    changedAt: change.changedAt?.toISOString() ?? null,
    fields: fieldsOf(wantedTask(change), definition),
  };
}
