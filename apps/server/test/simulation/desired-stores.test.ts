import { randomBytes } from 'node:crypto';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Database } from '@carillon/server/store/database.store';
import { DeliveryStore } from '@carillon/server/store/delivery.store';
import { IdentityClaimStore } from '@carillon/server/store/identity-claim.store';
import { SessionStore } from '@carillon/server/store/session.store';
import { addHost, openDatabase } from '@carillon/server/store/testing/stores';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from './random.js';
import { DeliveryInMemory, IdentityClaimsInMemory, SessionsInMemory, type Transact } from './stores.js';
import { Tables } from './tables.js';

const newId = () => makeUuid7(Date.now(), randomBytes(10));
const transact: Transact = (_what, work) => Promise.resolve(work(Date.now()));
const versions = [1, 2, 3];
const jobIds = [newId(), newId(), newId()];
const hashOf = (jobId: string, version: number) => sha256Hex(`${jobId}/${version}`);

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  for (const jobId of jobIds) {
    await database.pool.query('INSERT INTO job (id, name, name_key, current_version) VALUES ($1, $2, $2, 3)', [
      jobId,
      jobId,
    ]);
    for (const version of versions)
      await database.pool.query(
        `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
         VALUES ($1, $2, '{}', 's', $3, $4, 'signed', 'test')`,
        [jobId, version, `manifest ${version}`, hashOf(jobId, version)],
      );
  }
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

/** A host in Postgres and the same host in memory, and one store of each kind over both. */
async function twins() {
  const { hostId, fence } = await addHost(database);
  const tables = new Tables();
  tables.addHost({ id: hostId, name: hostId, publicKey: 'k', fingerprint: 'f' });
  Object.assign(tables.sessions.get(hostId) ?? {}, { fence });
  for (const jobId of jobIds)
    for (const version of versions)
      tables.manifests.set(hashOf(jobId, version), { text: `manifest ${version}`, signature: 'signed' });
  return {
    hostId,
    tables,
    sessions: [new SessionStore(database), new SessionsInMemory(tables, transact)] as const,
    delivery: [new DeliveryStore(database), new DeliveryInMemory(tables, transact)] as const,
    identity: [new IdentityClaimStore(database), new IdentityClaimsInMemory(tables, transact)] as const,
  };
}

type Twins = Awaited<ReturnType<typeof twins>>;

/** As applying a job does: wanted in this version, or not any more. */
async function assign({ hostId, tables }: Twins, jobId: string, version: number | null): Promise<void> {
  const manifestHash = version === null ? '' : hashOf(jobId, version);
  tables.assign(hostId, jobId, version === null ? null : { jobId, version, manifestHash });
  if (version === null)
    await database.pool.query(
      `UPDATE assignment SET state = 'removing', updated_at = now() WHERE host_id = $1 AND job_id = $2`,
      [hostId, jobId],
    );
  else
    await database.pool.query(
      `INSERT INTO assignment (host_id, job_id, version, manifest_hash, state, updated_at) VALUES ($1, $2, $3, $4, 'desired', now())
       ON CONFLICT (host_id, job_id) DO UPDATE SET version = $3, manifest_hash = $4, state = 'desired', code = NULL`,
      [hostId, jobId, version, manifestHash],
    );
  await database.pool.query(
    'UPDATE host SET desired_rev = desired_rev + 1, desired_hash = desired_hash_of(id) WHERE id = $1',
    [hostId],
  );
}

/** The agent found its task changed. */
async function drift({ hostId, tables }: Twins, jobId: string): Promise<void> {
  const row = tables.assignments.get(hostId)?.get(jobId);
  if (row?.state === 'applied') row.state = 'drifted';
  await database.pool.query(
    `UPDATE assignment SET state = 'drifted' WHERE host_id = $1 AND job_id = $2 AND state = 'applied'`,
    [hostId, jobId],
  );
}

/** The host was last heard of an hour ago. */
async function fallSilent({ hostId, tables }: Twins): Promise<void> {
  const row = tables.sessions.get(hostId);
  if (row) row.lastSeenMs = Date.now() - 3_600_000;
  await database.pool.query(`UPDATE agent_session SET last_seen_at = now() - interval '1 hour' WHERE host_id = $1`, [
    hostId,
  ]);
}

/** What both say of one host. */
async function booksOf({ hostId, tables }: Twins) {
  const rows = async (sql: string) => (await database.pool.query(sql, [hostId])).rows;
  const [host, session] = [tables.hosts.get(hostId), tables.sessions.get(hostId)];
  const sorted = <T>(list: T[], key: (row: T) => string) => list.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    postgres: {
      host: (
        await rows(
          'SELECT desired_rev::int AS rev, desired_hash AS hash, observed_hash AS observed, fingerprint FROM host WHERE id = $1',
        )
      )[0],
      session: (
        await rows('SELECT fence::int, gateway_id AS "gatewayId", instance FROM agent_session WHERE host_id = $1')
      )[0],
      assignments: await rows(
        `SELECT job_id AS "jobId", version, manifest_hash AS "manifestHash", state, code FROM assignment WHERE host_id = $1 ORDER BY job_id`,
      ),
      instances: await rows('SELECT instance, state FROM agent_instance WHERE host_id = $1 ORDER BY instance'),
    },
    memory: {
      host: {
        rev: host?.desiredRev,
        hash: host?.desiredHash,
        observed: host?.observedHash,
        fingerprint: host?.fingerprint,
      },
      session: { fence: session?.fence, gatewayId: session?.gatewayId, instance: session?.instance },
      assignments: sorted(
        [...(tables.assignments.get(hostId)?.values() ?? [])].map(({ hostId: _, ...row }) => row),
        ({ jobId }) => jobId,
      ),
      instances: sorted(
        [...tables.instances].map(([key, state]) => ({ instance: key.slice(hostId.length + 1), state })),
        ({ instance }) => instance,
      ),
    },
  };
}

it.each(Array.from({ length: 12 }, (_, seed) => [seed + 1]))(
  'desired state and identity in memory are what they are in Postgres, whatever comes (%i)',
  async (seed) => {
    const random = new Random(seed);
    const host = await twins();
    const { hostId, tables, sessions, delivery, identity } = host;
    const gatewayIds = [newId(), newId()];
    const instances = [newId(), newId(), newId()];
    let fence = 1;
    const claim = () => ({ hostId, fence: random.chance(0.15) ? fence - 1 : fence });
    const observed = () => (random.chance(0.5) ? (tables.hosts.get(hostId)?.desiredHash ?? '') : sha256Hex('other'));
    const some = <T>(list: readonly T[]) => list.filter(() => random.chance(0.6));

    type Act = () => Promise<readonly [unknown, unknown]>;
    const assignOne: Act = async () => {
      await assign(host, random.pick(jobIds), random.chance(0.4) ? null : random.pick(versions));
      return [1, 1];
    };
    const driftOne: Act = async () => {
      await drift(host, random.pick(jobIds));
      return [1, 1];
    };
    const noteApplied: Act = async () => {
      const jobs = some(jobIds).map((jobId) => {
        const state = random.pick(['applied', 'applied', 'applied', 'failed', 'rejected', 'removed'] as const);
        const wanted = tables.assignments.get(hostId)?.get(jobId)?.version;
        const version = random.chance(0.8) ? (wanted ?? 1) : random.pick(versions);
        return { jobId, version, state, ...(random.chance(0.3) ? { code: 'x' } : {}) };
      });
      const [who, status] = [claim(), { rev: 1, jobs, observedHash: observed() }];
      return [await delivery[0].apply(who, status), await delivery[1].apply(who, status)];
    };
    const hear: Act = async () => {
      const heard = { agoMs: 0, spoolWaiting: null, clockAheadMs: null, disk: null, load: null };
      const seen = [{ ...claim(), ...heard, observedHash: random.chance(0.5) ? observed() : null }];
      const gatewayId = random.pick(gatewayIds);
      return [await sessions[0].seen(gatewayId, seen), await sessions[1].seen(gatewayId, seen)];
    };
    // What moves assignments comes most.
    const acts: readonly Act[] = [
      ...[assignOne, driftOne, driftOne, noteApplied, noteApplied, noteApplied, noteApplied, hear, hear],
      async () => [await delivery[0].load([hostId, gatewayIds[0] ?? '']), await delivery[1].load([hostId, ''])],
      async () => {
        const entries = some(tables.entriesOf(hostId));
        const byHash = (a: { hash: string }, b: { hash: string }) => (a.hash < b.hash ? -1 : 1);
        return [
          (await delivery[0].manifests(entries)).sort(byHash),
          (await delivery[1].manifests(entries)).sort(byHash),
        ];
      },
      async () => {
        const entries = some(jobIds).map((jobId) => ({
          hostId,
          jobId,
          manifestHash: hashOf(jobId, random.pick(versions)),
        }));
        return [await delivery[0].markDelivered(entries), await delivery[1].markDelivered(entries)];
      },
      async () => {
        const told = [{ hostId, rev: (tables.hosts.get(hostId)?.desiredRev ?? 0) - random.below(2) }];
        return [await delivery[0].changed(told), await delivery[1].changed(told)];
      },
      async () => {
        const claims = [claim()];
        return [await sessions[0].release(claims), await sessions[1].release(claims)];
      },
      async () => {
        const rev = random.below(12);
        return [await sessions[0].goAbove(hostId, rev), await sessions[1].goAbove(hostId, rev)];
      },
      async () => [await sessions[0].desiredOf(hostId), await sessions[1].desiredOf(hostId)],
      async () => {
        const answers = await Promise.all(sessions.map((store) => store.find(hostId)));
        return answers.map((found) => ({ ...found, facts: null, wasAbsent: null })) as [unknown, unknown];
      },
      async () => {
        const who = {
          ...{ hostId, instance: random.pick(instances), hostname: 'H', address: null },
          fingerprint: random.chance(0.7) ? 'f' : 'g',
        };
        return [await identity[0].claim(who), await identity[1].claim(who)];
      },
      async () => {
        const only = random.chance(0.5) ? random.pick(instances) : null;
        const [gatewayId, spool] = [random.pick(gatewayIds), { epoch: 1, first: 1, next: 1 }];
        const opened = await Promise.all(sessions.map((store) => store.open(hostId, gatewayId, spool, only)));
        fence = opened[0]?.fence ?? fence;
        return [opened[0], opened[1]];
      },
      async () => {
        await fallSilent(host);
        return [1, 1];
      },
    ];
    for (let step = 0; step < 120; step += 1) {
      const [real, memory] = await random.pick(acts)();
      expect(memory).toEqual(real);
      const books = await booksOf(host);
      expect(books.memory).toEqual(books.postgres);
    }
  },
);
