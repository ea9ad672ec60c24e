import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { finished, started } from '@carillon/server/gateway/testing/run-events';
import { CommandDeliveryStore } from '@carillon/server/store/command-delivery.store';
import type { Database } from '@carillon/server/store/database.store';
import { IngestStore } from '@carillon/server/store/ingest.store';
import type { EventFrame } from '@carillon/server/store/ingest-plan';
import { SessionStore } from '@carillon/server/store/session.store';
import { addHost, openDatabase } from '@carillon/server/store/testing/stores';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from './random.js';
import { CommandDeliveryInMemory, IngestInMemory, SessionsInMemory, type Transact } from './stores.js';
import { Tables } from './tables.js';

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

const transact: Transact = (_what, work) => Promise.resolve(work(Date.now()));
const hourMs = 3_600_000;
const newId = () => makeUuid7(Date.now(), randomBytes(10));

/** A host in Postgres and the same host in memory, and one store of each kind over both. */
async function twins() {
  const { hostId, fence } = await addHost(database);
  const tables = new Tables();
  tables.addHost({ id: hostId, name: 'h', publicKey: 'k', fingerprint: 'f' });
  Object.assign(tables.sessions.get(hostId) ?? {}, { fence });
  const committed = new Map<string, number>();
  const memory = { tables, committed, violation: (what: string) => expect.fail(what), wentBack: () => true };
  return {
    hostId,
    tables,
    sessions: [new SessionStore(database), new SessionsInMemory(tables, transact)] as const,
    ingest: [new IngestStore(database), new IngestInMemory(memory, transact)] as const,
    commands: [new CommandDeliveryStore(database), new CommandDeliveryInMemory(tables, transact)] as const,
  };
}

type Twins = Awaited<ReturnType<typeof twins>>;

async function addCommand({ hostId, tables }: Twins, random: Random): Promise<string> {
  const id = newId();
  const jobId = newId();
  const expiresMs = Date.now() + (random.chance(0.2) ? -hourMs : hourMs);
  const row = { id, hostId, jobId, action: 'run' as const, runId: null, text: '{}', signature: 's', expiresMs };
  tables.commands.set(id, { ...row, state: 'queued', code: null });
  await database.pool.query(
    `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
     VALUES ($1, $2, $3, 'run', '{}', 's', 'test', to_timestamp($4 / 1000.0))`,
    [id, hostId, jobId, expiresMs],
  );
  return id;
}

/** What both say of one host. */
async function booksOf({ hostId, tables }: Twins) {
  const rows = async (sql: string) => (await database.pool.query(sql, [hostId])).rows;
  const session = tables.sessions.get(hostId);
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return {
    postgres: {
      session: (
        await rows('SELECT fence::int, epoch, acked_seq::int AS acked FROM agent_session WHERE host_id = $1')
      )[0],
      runs: await rows('SELECT id, state FROM run WHERE host_id = $1 ORDER BY id'),
      commands: await rows('SELECT id, state, code, run_id AS "runId" FROM command WHERE host_id = $1 ORDER BY id'),
    },
    memory: {
      session: { fence: session?.fence, epoch: session?.epoch, acked: session?.ackedSeq },
      runs: [...tables.runs.values()].map(({ runId: id, state }) => ({ id, state })).sort(byId),
      commands: [...tables.commands.values()]
        .map(({ id, state, code, runId }) => ({ id, state, code, runId }))
        .sort(byId),
    },
  };
}

it.each(Array.from({ length: 12 }, (_, seed) => [seed + 1]))(
  'the stores in memory do what the real ones do, whatever comes (%i)',
  async (seed) => {
    const random = new Random(seed);
    const host = await twins();
    const { hostId, sessions, ingest, commands } = host;
    const gatewayId = newId();
    const commandIds = [await addCommand(host, random), await addCommand(host, random)];
    const runIds = [newId(), newId(), newId()];
    const eventIds = Array.from({ length: 12 }, newId);
    let fence = 1;

    const frame = (): EventFrame => {
      const firstSeq = 1 + random.below(8);
      const items = Array.from({ length: 1 + random.below(4) }, (_, index) => {
        const seq = firstSeq + index;
        const of = { runId: random.pick(runIds), commandId: random.chance(0.5) ? random.pick(commandIds) : null };
        const state = random.pick(['succeeded', 'failed', 'indeterminate'] as const);
        const event = random.chance(0.4) ? started(seq, of) : finished(seq, { ...of, state });
        // The same number mostly stands for the same event; where it does not, the disk was restored.
        const eventId = eventIds[(seq + (random.chance(0.05) ? 1 : 0)) % eventIds.length] as string;
        return { kind: 'event' as const, event: { ...event, eventId } };
      });
      return { hostId, fence: random.chance(0.1) ? fence - 1 : fence, epoch: 1 + random.below(3), firstSeq, items };
    };
    const acts: (() => Promise<readonly [unknown, unknown]>)[] = [
      async () => {
        const first = 1 + random.below(6);
        const spool = { epoch: 1 + random.below(3), first, next: first + random.below(4) };
        const given = random.chance(0.5) ? { ...spool, kept: 1 + random.below(first) } : spool;
        const opened = await Promise.all(sessions.map((store) => store.open(hostId, gatewayId, given)));
        fence = opened[0]?.fence ?? fence;
        return [opened[0], opened[1]];
      },
      async () => {
        const frames = Array.from({ length: 1 + random.below(3) }, frame);
        return [await ingest[0].ingest(frames), await ingest[1].ingest(frames)];
      },
      async () => {
        const claim = [{ hostId, fence: random.chance(0.2) ? fence - 1 : fence }];
        return [await commands[0].claim(claim), await commands[1].claim(claim)];
      },
      async () => {
        const ids = [random.pick(commandIds)];
        return [await commands[0].putBack(ids), await commands[1].putBack(ids)];
      },
      async () => {
        const state = random.pick(['accepted', 'done', 'rejected', 'expired', 'indeterminate'] as const);
        const claim = { hostId, fence: random.chance(0.2) ? fence - 1 : fence };
        const result = { commandId: random.pick(commandIds), state, ...(random.chance(0.5) ? { code: 'x' } : {}) };
        return [await commands[0].answer(claim, result), await commands[1].answer(claim, result)];
      },
      async () => {
        const claims = [{ hostId, fence: random.chance(0.5) ? fence - 1 : fence }];
        return [await sessions[0].superseded(claims), await sessions[1].superseded(claims)];
      },
    ];
    for (let step = 0; step < 40; step += 1) {
      const [real, memory] = await random.pick(acts)();
      expect(memory).toEqual(real);
    }
    const { postgres, memory } = await booksOf(host);
    expect(memory).toEqual(postgres);
  },
);
