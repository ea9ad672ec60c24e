import { randomUUID } from 'node:crypto';
import { type AgentMessage, catalog } from '@carillon/contract/agent/catalog';
import { agentEvent } from '@carillon/contract/agent/event-messages';
import { limits } from '@carillon/contract/limits';
import { makeKeyPair } from '@carillon/core/desired/signing';
import { describe, expect, inject, it } from 'vitest';
import { joinToken } from '../../src/gateway/testing/gateway-fixture.js';
import { ownGateway } from '../../src/gateway/testing/own-gateway.js';
import { newId } from '../../src/gateway/testing/run-events.js';
import { type AgentIdentity, ScriptedAgent } from '../../src/gateway/testing/scripted-agent.js';
import { RedisHints } from '../../src/queue/redis-hints.js';
import { addRun } from '../../src/store/testing/runs.js';
import { Random } from '../simulation/random.js';
import type {} from './attacks.js';
import { jsonSchemaOf, sample, spoil } from './hostile.js';

const seed = Number(process.env.CARILLON_SEED ?? 4_711);
const messages = Number(process.env.CARILLON_FUZZ ?? 40);

const gateway = await ownGateway();
const dial = () => ScriptedAgent.dial(gateway.port);
const fromAgents = Object.entries(catalog).filter(([, { from }]) => from === 'agent-to-server') as [
  AgentMessage,
  (typeof catalog)[AgentMessage],
][];

async function joined(hostname: string): Promise<AgentIdentity> {
  const agent = await dial();
  const identity = await agent.enroll(await joinToken(gateway), { hostname });
  await agent.hello(identity);
  await agent.hangUp();
  return identity;
}

/** Everything that is kept of a host, but when it was last there. */
async function kept({ agentId }: AgentIdentity): Promise<string> {
  const parts = await Promise.all([
    gateway.rows('SELECT id, name, labels, public_key, desired_rev FROM host WHERE id = $1', [agentId]),
    gateway.rows('SELECT * FROM run WHERE host_id = $1 ORDER BY id', [agentId]),
    gateway.rows('SELECT * FROM assignment WHERE host_id = $1 ORDER BY job_id', [agentId]),
    gateway.rows('SELECT * FROM command WHERE host_id = $1 ORDER BY id', [agentId]),
  ]);
  return JSON.stringify(parts);
}

/** Puts ids of somebody else wherever one of one's own would stand. */
function naming(ids: readonly string[], value: unknown, random: Random): unknown {
  if (typeof value === 'string' && /^[0-9a-f]{8}-/.test(value)) return random.pick(ids);
  if (Array.isArray(value)) return value.map((each) => naming(ids, each, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, naming(ids, each, random)]));
}

const frame = (name: string, body: unknown, id: string) =>
  JSON.stringify({ v: 1, t: name, id, at: new Date().toISOString(), body });

async function addVictim(): Promise<{ victim: AgentIdentity; ids: string[] }> {
  const victim = await joined('victim');
  const jobId = '01a21925-e92d-7117-942a-b20463d154f8';
  await gateway.database.pool.query(
    `INSERT INTO job (id, name, name_key, current_version, deleted_at) VALUES ($1, 'theirs', 'theirs', 1, now())`,
    [jobId],
  );
  await gateway.database.pool.query(
    `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
     VALUES ($1, 1, '{}', 's', '{}', 'm', 's', 'test')`,
    [jobId],
  );
  const run = await addRun(gateway.database, { jobId, hostId: victim.agentId }, { state: 'running' });
  const command = randomUUID();
  await gateway.database.pool.query(
    `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
     VALUES ($1, $2, $3, 'run', '{"kind":"x"}', repeat('A', 86), 'test', now() + interval '1 hour')`,
    [command, victim.agentId, jobId],
  );
  return { victim, ids: [victim.agentId, jobId, run, command] };
}

/** Sends events with the number that is expected next, so that they are stored unless it is for what they say. */
async function sendEvents(
  agent: ScriptedAgent,
  ids: readonly string[],
  random: Random,
  count: number,
): Promise<number> {
  const schema = jsonSchemaOf(agentEvent);
  let stored = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const event = naming(ids, sample(schema, random), random) as { data: unknown };
    const data = random.chance(0.4) ? spoil(event.data, random) : event.data;
    const item = { ...event, data, seq: stored + 1, eventId: newId(), at: new Date().toISOString() };
    agent.send('events', { epoch: 1, firstSeq: stored + 1, items: [item] });
    const { body } = await agent.take('ack');
    if (body.upToSeq > stored) stored += 1;
  }
  return stored;
}

describe('an agent that was let in and turned bad', () => {
  it('changes nothing of another host, and breaks nothing, whatever it sends', async ({ task }) => {
    const random = new Random(seed);
    const { victim, ids } = await addVictim();
    const identity = await joined('bad');
    const before = await kept(victim);
    const attacks = { tried: 0, refused: 0 };
    let agent: ScriptedAgent | undefined;
    for (const [name, { schema }] of fromAgents)
      for (let count = 0; count < messages; count += 1) {
        if (agent === undefined || agent.ws.readyState !== agent.ws.OPEN) {
          agent = await dial();
          await agent.hello(identity);
        }
        const good = naming(ids, sample(jsonSchemaOf(schema), random), random);
        agent.ws.send(frame(name, random.chance(0.3) ? good : spoil(good, random), `m${count}`));
        attacks.tried += 1;
        // Every tenth is waited for, so that what it does is done before the next.
        if (count % 10 === 9) await Promise.race([agent.barrier(), agent.closed()]);
      }
    await agent?.hangUp();
    const worse = await joined('worse');
    agent = await dial();
    await agent.hello(worse);
    const stored = await sendEvents(agent, ids, random, messages * 4);
    attacks.tried += stored;
    await agent.hangUp();
    expect(stored).toBe(messages * 4);
    const after = await kept(victim);
    expect(after, `seed ${seed}`).toBe(before);
    attacks.refused = attacks.tried;
    task.meta.attacks = attacks;
    // And whoever is good is served as before.
    const good = await dial();
    await good.hello(victim);
    good.send('desired.get', { rev: 0, haveManifests: [] });
    await good.take('desired.state');
    await good.hangUp();
  }, 120_000);
});

describe('whoever has not been let in', () => {
  it('gets no welcome by any message, and no host is made', async ({ task }) => {
    const random = new Random(seed + 1);
    const attacks = { tried: 0, refused: 0 };
    const hostsBefore = await gateway.rows('SELECT id FROM host ORDER BY id');
    for (const [name, { schema }] of fromAgents)
      for (let count = 0; count < 4; count += 1) {
        const agent = await dial();
        const good = sample(jsonSchemaOf(schema), random);
        agent.ws.send(frame(name, count === 0 ? good : spoil(good, random), 'm1'));
        attacks.tried += 1;
        await agent.closed();
        if (!agent.names().some((heard) => heard === 'welcome' || heard === 'enrolled')) attacks.refused += 1;
      }
    task.meta.attacks = attacks;
    expect(attacks.refused).toBe(attacks.tried);
    expect(await gateway.rows('SELECT id FROM host ORDER BY id')).toEqual(hostsBefore);
  }, 120_000);

  it('is not let in by a hello that somebody else signed for another connection', async ({ task }) => {
    const identity = await joined('overheard');
    const first = await dial();
    const said: string[] = [];
    const send = first.ws.send.bind(first.ws);
    first.ws.send = ((text: string) => {
      said.push(text);
      send(text);
    }) as typeof first.ws.send;
    await first.hello(identity);
    await first.hangUp();
    const second = await dial();
    await second.take('challenge');
    second.ws.send(said[0] ?? '');
    expect((await second.take('reject')).body.code).toBe('bad_signature');
    task.meta.attacks = { tried: 1, refused: 1 };
  });

  it('is not let in with the key of another host', async ({ task }) => {
    const [one, other] = [await joined('one'), await joined('other')];
    const pairs = [
      { agentId: one.agentId, keys: other.keys },
      { agentId: other.agentId, keys: makeKeyPair() },
      { agentId: '01a21925-e92d-7117-942a-b20463d154f9', keys: one.keys },
    ];
    for (const pair of pairs) {
      const agent = await dial();
      await agent.sendHello(pair);
      await agent.take('reject');
    }
    task.meta.attacks = { tried: pairs.length, refused: pairs.length };
  });
});

describe.skipIf(inject('redisUrl') === undefined)('whoever may write to Redis', () => {
  it('says only that there may be something to do: hints that are none are passed over', async ({ task }) => {
    const { Redis } = await import('ioredis');
    const url = inject('redisUrl') ?? '';
    const hints = new RedisHints(url);
    const writer = new Redis(url);
    await expect.poll(async () => (await hints.health()).ok).toBe(true);
    const heard: unknown[] = [];
    const last = new Promise<void>((resolve) =>
      hints.subscribe((hint) => {
        if (hint.kind === 'session' && hint.hostIds.length === 0) resolve();
        else heard.push(hint);
      }),
    );
    const forged = [
      ...['', '{', 'null', '[]', '{"kind":"reboot","hostIds":[]}', '{"kind":"command"}', '\0'],
      ...['{"kind":"command","hostIds":["1; DROP TABLE host"]}', '{"kind":"command","hostIds":"all"}'],
      JSON.stringify({ kind: 'command', hostIds: Array.from({ length: 20_001 }, () => crypto.randomUUID()) }),
      `{"kind":"command","hostIds":["${'x'.repeat(2_000_000)}"]}`,
      '['.repeat(50_000),
    ];
    for (const text of forged) await writer.publish('carillon:hints', text);
    await writer.publish('carillon:hints', '{"kind":"session","hostIds":[]}');
    await last;
    expect(heard).toEqual([]);
    task.meta.attacks = { tried: forged.length, refused: forged.length };
    hints.close();
    writer.disconnect();
  });
});

it('knows how much a stranger may make it hold', () => {
  // Sockets of one address that have not said who they are, and the frame each may send.
  expect(limits.unauthenticatedSocketsPerAddress * limits.helloBytes).toBeLessThan(32 * 1024 * 1024);
});
