import { limits } from '@carillon/contract/limits';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InProcessHints } from '../queue/in-process-hints.js';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { putCommand } from './testing/jobs.js';
import { finished } from './testing/run-events.js';
import { type AgentIdentity, ScriptedAgent } from './testing/scripted-agent.js';

let database: TestDatabase;
let one: TestGateway;
let other: TestGateway;
/** Shares the database with the others and hears no hint. */
let deaf: TestGateway;
beforeAll(async () => {
  database = await cloneDatabase();
  const hints = new InProcessHints();
  one = await startGateway(database.url, { hints });
  other = await startGateway(database.url, { hints, folder: one.folder });
  deaf = await startGateway(database.url, { folder: one.folder, pollMs: 20 });
});
afterAll(async () => {
  for (const gateway of [deaf, other, one]) await gateway.close();
  await database.drop();
});

async function enrolled(): Promise<AgentIdentity> {
  const agent = await ScriptedAgent.dial(one.port);
  const identity = await agent.enroll(await joinToken(one));
  await agent.hangUp();
  return identity;
}

async function connect(gateway: TestGateway, identity: AgentIdentity) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const welcome = await agent.hello(identity);
  return { agent, welcome };
}

async function session({ agentId }: AgentIdentity) {
  const [row] = await one.rows(
    'SELECT fence::int, gateway_id IS NOT NULL AS held, last_seen_at, spool_waiting FROM agent_session WHERE host_id = $1',
    [agentId],
  );
  return row;
}

describe('of two sessions of a host', () => {
  it('the newer wins on one server', async () => {
    const identity = await enrolled();
    const first = await connect(one, identity);
    const second = await connect(one, identity);
    expect(second.welcome.fence).toBe(first.welcome.fence + 1);
    expect((await first.agent.take('goaway')).body.reason).toBe('superseded');
    expect(await first.agent.closed()).toEqual({ code: 4409, reason: 'superseded' });
    expect(one.status.snapshot().agents).toBe(1);
    expect(await session(identity)).toMatchObject({ fence: 2, held: true });
    await second.agent.hangUp();
  });

  it('the newer wins on another server, told by a hint', async () => {
    const identity = await enrolled();
    const first = await connect(one, identity);
    const second = await connect(other, identity);
    expect((await first.agent.take('goaway')).body.reason).toBe('superseded');
    await second.agent.hangUp();
  });

  it('the older learns by the poll when the hint is lost', async () => {
    const identity = await enrolled();
    const first = await connect(deaf, identity);
    const second = await connect(one, identity);
    first.agent.send('agent.heartbeat', {
      desired: { rev: 0, hash: desiredHash([]) },
      observedHash: desiredHash([]),
      spool: { epoch: 1, first: 1, next: 1 },
    });
    expect((await first.agent.take('goaway')).body.reason).toBe('superseded');
    await second.agent.hangUp();
  });

  it('what the older still writes is refused', async () => {
    const identity = await enrolled();
    const first = await connect(one, identity);
    // A newer session that nobody told this server about.
    await one.rows('UPDATE agent_session SET fence = fence + 1 WHERE host_id = $1', [identity.agentId]);
    first.agent.send('events', { epoch: 1, firstSeq: 1, items: [finished(1)] });
    expect((await first.agent.take('goaway')).body.reason).toBe('superseded');
    expect(first.agent.names()).toEqual([]);
    expect(await one.rows('SELECT id FROM run WHERE host_id = $1', [identity.agentId])).toEqual([]);
  });
});

describe('a command', () => {
  it('goes out through the server that holds the socket, wherever it was made', async () => {
    const identity = await enrolled();
    const { agent } = await connect(other, identity);
    const id = await putCommand(one, identity.agentId);
    expect(JSON.parse((await agent.take('command')).body.text).commandId).toBe(id);
    await agent.hangUp();
  });
});

describe('a session', () => {
  it('is let go when its socket closes', async () => {
    const identity = await enrolled();
    const { agent } = await connect(one, identity);
    await agent.hangUp();
    await vi.waitFor(async () => expect(await session(identity)).toMatchObject({ held: false }));
    expect(one.status.snapshot()).toMatchObject({ agents: 0, unauthenticated: 0 });
  });

  it('notes what a heartbeat says', async () => {
    const identity = await enrolled();
    const { agent } = await connect(deaf, identity);
    const observedHash = 'c'.repeat(64);
    await one.rows(`UPDATE agent_session SET last_seen_at = now() - interval '1 hour' WHERE host_id = $1`, [
      identity.agentId,
    ]);
    agent.send('agent.heartbeat', {
      desired: { rev: 0, hash: desiredHash([]) },
      observedHash,
      spool: { epoch: 1, first: 3, next: 10 },
    });
    await vi.waitFor(async () => expect(await session(identity)).toMatchObject({ spool_waiting: 7, held: true }));
    const [host] = await one.rows(
      `SELECT observed_hash, s.last_seen_at > now() - interval '1 minute' AS seen FROM host h JOIN agent_session s ON s.host_id = h.id WHERE h.id = $1`,
      [identity.agentId],
    );
    expect(host).toEqual({ observed_hash: observedHash, seen: true });
    await agent.hangUp();
  });

  it('of a socket that is silent for too long ends', async () => {
    const { agent } = await connect(one, await enrolled());
    one.presence.closeSilent(Date.now() + limits.silenceMs - 10_000);
    await agent.barrier();
    one.presence.closeSilent(Date.now() + limits.silenceMs + 1);
    expect(await agent.closed()).toEqual({ code: 1013, reason: 'silent' });
  });

  it('of a host that was revoked ends', async () => {
    const identity = await enrolled();
    const { agent } = await connect(deaf, identity);
    await one.rows(`UPDATE host SET state = 'revoked' WHERE id = $1`, [identity.agentId]);
    expect((await agent.take('reject')).body).toEqual({ code: 'revoked', message: 'this host is revoked' });
    expect((await agent.closed()).code).toBe(4403);
  });
});
