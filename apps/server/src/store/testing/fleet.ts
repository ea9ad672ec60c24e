import { randomBytes } from 'node:crypto';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { AcceptedStore } from '../accepted.store.js';
import type { Database } from '../database.store.js';

export interface FleetHost {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly timezone?: string;
}

/** Enrolled hosts, all in two statements. @returns their ids in the order given */
export async function addFleet(database: Database, hosts: readonly FleetHost[]): Promise<string[]> {
  const ids = hosts.map(() => makeUuid7(Date.now(), randomBytes(10)));
  await database.pool.query(
    `INSERT INTO host (id, name, name_key, labels, timezone, os, agent_version, scheduler, fingerprint, public_key, desired_hash)
     SELECT x.id, x.name, lower(x.name), x.labels, x.timezone, 'Windows', '0', 'memory', 'f', 'k', $5
     FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[]) AS x(id, name, labels, timezone)`,
    [
      ids,
      hosts.map((host) => host.name),
      hosts.map((host) => JSON.stringify(host.labels ?? {})),
      hosts.map((host) => host.timezone ?? 'UTC'),
      desiredHash([]),
    ],
  );
  await database.pool.query('INSERT INTO agent_session (host_id) SELECT unnest($1::uuid[])', [ids]);
  return ids;
}

/** Writes hosts that are there into the book of what was accepted, as if they had joined. */
export async function acceptFleet(
  database: Database,
  accepted: AcceptedStore,
  hosts: readonly FleetHost[],
  ids: readonly string[],
): Promise<void> {
  await database.transaction(async () => {
    for (const [index, { name, labels = {} }] of hosts.entries())
      accepted.note({ kind: 'host', hostId: ids[index] ?? '', name, labels, publicKey: 'k', approvedBy: 'test' });
  });
}

/** A job file with everything that must be there; `changes` replace or add keys. */
export function jobFile(name: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    kind: 'Job',
    name,
    targets: { all: true },
    schedule: '0 2 * * *',
    run: { program: 'C:\\Scripts\\x.exe' },
    ...changes,
  };
}
