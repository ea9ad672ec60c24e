import type { AcceptedStore } from './accepted.store.js';
import { noteChange } from './audit-act.js';
import type { Transaction } from './database.store.js';
import { settleRollout } from './rollout-signal.js';

/** Marks a job as deleted, with what was on its way for it. Whoever calls it takes it off its hosts, and holds the lock of definitions. */
export async function deleteJob(
  tx: Transaction,
  accepted: AcceptedStore,
  job: { readonly id: string; readonly name: string },
  reason?: string | undefined,
): Promise<void> {
  await tx.$executeRaw`UPDATE job SET deleted_at = now(), updated_at = now() WHERE id = ${job.id}::uuid`;
  const stopped = await tx.$executeRaw`
    UPDATE rollout SET ended_at = CASE WHEN state IN ('running', 'halted') THEN now() ELSE ended_at END, in_force = false,
      state = CASE WHEN state IN ('running', 'halted') THEN 'cancelled' ELSE state END
    WHERE job_id = ${job.id}::uuid AND (in_force OR state IN ('running', 'halted'))`;
  if (stopped > 0) await settleRollout(tx, job.name, Date.now(), 'the job was deleted');
  accepted.note({ kind: 'job-gone', jobId: job.id });
  noteChange({ kind: 'Job', act: 'deleted', what: job.name, text: reason ?? null, before: { job: job.id } });
}
