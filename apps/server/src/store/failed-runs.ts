import type { Client } from './pool-transaction.js';
import { type RunSummaryRow, runSummaryColumns } from './run.store.js';

/** A run that failed, with what matchers may ask about. */
export interface FailedRun extends RunSummaryRow {
  readonly owner: string;
  /** Of its host. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Takes runs that failed since, oldest first, out of the list of those that nobody was told of yet. */
export async function takeFailedRuns(client: Client, limit: number): Promise<FailedRun[]> {
  const result = await client.query<FailedRun>(
    `WITH taken AS (
       DELETE FROM run_failure WHERE run_id IN (SELECT run_id FROM run_failure ORDER BY run_id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING run_id)
     SELECT ${runSummaryColumns}, coalesce(v.spec->>'owner', '') AS owner, h.labels
     FROM taken t JOIN run r ON r.id = t.run_id JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id
       LEFT JOIN job_version v ON v.job_id = r.job_id AND v.version = r.job_version
     ORDER BY r.id`,
    [limit],
  );
  return result.rows;
}
