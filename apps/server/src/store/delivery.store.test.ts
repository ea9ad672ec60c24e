import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from './database.store.js';
import { DeliveryStore } from './delivery.store.js';
import { addJobAndHost } from './testing/runs.js';
import { openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

describe('what a host registered', () => {
  it.each(['applied', 'removed'] as const)(
    'is noted in the order in which jobs are changed, so that nobody waits in a circle (%s)',
    async (state) => {
      const { hostId, jobId } = await addJobAndHost(database, { job: `job-${state}`, host: `host-${state}` });
      await database.pool.query('UPDATE agent_session SET fence = 1 WHERE host_id = $1', [hostId]);
      await database.pool.query(
        `INSERT INTO assignment (host_id, job_id, version, manifest_hash, state, updated_at)
         VALUES ($1, $2, 1, 'm', $3::assignment_state, now())`,
        [hostId, jobId, state === 'applied' ? 'delivered' : 'removing'],
      );
      const changer = new pg.Client(test.url);
      await changer.connect();
      try {
        // 1. Somebody changes the job: first its assignments.
        await changer.query('BEGIN');
        await changer.query('UPDATE assignment SET updated_at = now() WHERE host_id = $1', [hostId]);
        // 2. The host answers, and waits for that.
        const status = { rev: 1, jobs: [{ jobId, version: 1, state }], observedHash: sha256Hex('x') };
        const noted = new DeliveryStore(database).apply({ hostId, fence: 1 }, status);
        await vi.waitFor(async () => {
          const { rows } = await database.pool.query(
            `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          expect(rows).toHaveLength(1);
        });
        // 3. Then the host.
        await changer.query('UPDATE host SET desired_rev = desired_rev + 1 WHERE id = $1', [hostId]);
        await changer.query('COMMIT');
        expect(await noted).toBe(true);
        const { rows } = await database.pool.query('SELECT observed_hash AS observed FROM host WHERE id = $1', [
          hostId,
        ]);
        expect(rows).toEqual([{ observed: sha256Hex('x') }]);
      } finally {
        await changer.end();
      }
    },
  );

  it('keeps the time since when it is so, however often the host tells of it', async () => {
    const { hostId, jobId } = await addJobAndHost(database, { job: 'job-told', host: 'host-told' });
    await database.pool.query('UPDATE agent_session SET fence = 1 WHERE host_id = $1', [hostId]);
    await database.pool.query(
      `INSERT INTO assignment (host_id, job_id, version, manifest_hash, state, updated_at)
       VALUES ($1, $2, 1, 'm', 'applied', now() - interval '1 day')`,
      [hostId, jobId],
    );
    const isOld = async () => {
      const { rows } = await database.pool.query<{ old: boolean }>(
        `SELECT updated_at < now() - interval '1 hour' AS old FROM assignment WHERE host_id = $1`,
        [hostId],
      );
      return rows[0]?.old;
    };
    const tell = (state: 'applied' | 'failed') =>
      new DeliveryStore(database).apply(
        { hostId, fence: 1 },
        { rev: 1, jobs: [{ jobId, version: 1, state }], observedHash: sha256Hex('x') },
      );
    expect([await tell('applied'), await isOld()]).toEqual([true, true]);
    expect([await tell('failed'), await isOld()]).toEqual([true, false]);
  });
});
