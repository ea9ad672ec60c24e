import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { StackDatabase } from '@carillon/stack/stack-database';

/** What `run.failed` costs where results are stored, in microseconds of one connection for each run of a batch. */
export interface FailedRunCost {
  /** Runs that went well: no trigger looks at them. */
  readonly goodUs: number;
  readonly failedUs: number;
  /** The same with a subscription that wants to hear of failed runs. */
  readonly failedHeardUs: number;
  /** Heard over unheard. */
  readonly ratio: number;
}

const rounds = 9;
const runsPerBatch = 500;
const batches = 4;

/**
 * Inserts runs as the ingest does, 500 for each statement, by turns: good ones, failed ones, and failed ones of which a
 * subscription wants to hear. Each in a transaction that is taken back, so that the server sees none of them; medians.
 */
export async function failedRunCost(database: StackDatabase, jobId: string): Promise<FailedRunCost> {
  const times = { good: [] as number[], failed: [] as number[], heard: [] as number[] };
  const [host] = await database.rows<{ id: string }>('SELECT id FROM host LIMIT 1');
  const place = [jobId, host?.id ?? ''] as const;
  // The first one plans and warms.
  for (let round = 0; round <= rounds; round += 1) {
    const good = await insertion(database, place, 'succeeded', false);
    const failed = await insertion(database, place, 'failed', false);
    const heard = await insertion(database, place, 'failed', true);
    if (round === 0) continue;
    times.good.push(good);
    times.failed.push(failed);
    times.heard.push(heard);
  }
  const failedUs = median(times.failed);
  const failedHeardUs = median(times.heard);
  return { goodUs: median(times.good), failedUs, failedHeardUs, ratio: failedHeardUs / failedUs };
}

async function insertion(
  database: StackDatabase,
  [jobId, hostId]: readonly [string, string],
  state: string,
  heard: boolean,
): Promise<number> {
  await database.rows('BEGIN');
  try {
    if (heard)
      await database.rows(
        `INSERT INTO subscription (id, name, name_key, url, events, match, signing, allow_private_addresses, enabled, breaker, author, created_at, updated_at)
         VALUES (gen_random_uuid(), 'bench', 'bench', 'http://127.0.0.1:9', '{run.failed}', '{}', '{}', true, true, '{}', 'bench', now(), now())`,
      );
    const startedMs = performance.now();
    for (let batch = 0; batch < batches; batch += 1)
      await database.rows(
        `INSERT INTO run (id, job_id, host_id, job_version, state, trigger, scheduled_for, started_at, finished_at, duration_ms, exit_code)
         SELECT id, $1, $2, 1, $3::run_state, 'schedule', now(), now(), now(), 1, 1 FROM unnest($4::uuid[]) AS x(id)`,
        [jobId, hostId, state, Array.from({ length: runsPerBatch }, () => makeUuid7(Date.now(), randomBytes(10)))],
      );
    return ((performance.now() - startedMs) * 1_000) / (batches * runsPerBatch);
  } finally {
    await database.rows('ROLLBACK');
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
