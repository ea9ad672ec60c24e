import type { StackDatabase } from '@carillon/stack/stack-database';

/**
 * When failures of some jobs are committed: by a trigger that is made in this private database only, whose notification
 * Postgres sends with the commit. Later than that by what `notifyLatency` measures.
 * @returns milliseconds since the epoch by run, as they come in
 */
export async function listenForCommits(
  writer: StackDatabase,
  reader: StackDatabase,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const committed = new Map<string, number>();
  await reader.listen('bench_failed', (runId) => {
    if (!committed.has(runId)) committed.set(runId, Date.now());
  });
  await writer.rows(
    `CREATE FUNCTION bench_failed() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_notify('bench_failed', NEW.id::text); RETURN NULL; END $$`,
  );
  await writer.rows(
    `CREATE TRIGGER bench_failed AFTER INSERT OR UPDATE ON run FOR EACH ROW
     WHEN (NEW.state = 'failed' AND NEW.job_id = ANY ('{${jobIds.join(',')}}'::uuid[])) EXECUTE FUNCTION bench_failed()`,
  );
  return committed;
}
