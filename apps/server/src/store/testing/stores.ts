import { randomBytes } from 'node:crypto';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Config } from '../../config/config.js';
import { Database } from '../database.store.js';
import type { FenceClaim } from '../fence.js';

/** Both ways to a test's database. */
export function openDatabase(databaseUrl: string): Database {
  // The only field that it reads.
  return new Database({ databaseUrl } as Config);
}

/** A host with an open session. */
export async function addHost(database: Database): Promise<FenceClaim> {
  const hostId = makeUuid7(Date.now(), randomBytes(10));
  await database.pool.query(
    `INSERT INTO host (id, name, name_key, os, timezone, agent_version, scheduler, fingerprint, public_key, desired_hash)
     VALUES ($1::text::uuid, $1::text, $1::text, 'Windows', 'UTC', '0', 'memory', 'f', 'k', $2)`,
    [hostId, desiredHash([])],
  );
  await database.pool.query('INSERT INTO agent_session (host_id, fence) VALUES ($1, 1)', [hostId]);
  return { hostId, fence: 1 };
}
