import type { assignment } from '@carillon/contract/http/jobs.shapes';
import type { z } from 'zod';
import type { AssignmentRow } from '../store/assignment.store.js';

/** An assignment as the API shows it. */
export function assignmentView({
  jobKey: _jobKey,
  hostKey: _hostKey,
  updatedAt,
  ...row
}: AssignmentRow): z.infer<typeof assignment> {
  return { ...row, updatedAt: updatedAt.toISOString() };
}
