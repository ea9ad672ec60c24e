import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CopyStore } from '../store/copy.store.js';
import { joinToken } from './testing/gateway-fixture.js';
import { putJob } from './testing/jobs.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId, started } from './testing/run-events.js';
import { type AgentIdentity, facts, type Hello, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

const dial = () => ScriptedAgent.dial(gateway.port);

async function enrolled(): Promise<AgentIdentity> {
  const agent = await dial();
  const identity = await agent.enroll(await joinToken(gateway), { hostname: `host-${newId()}` });
  await agent.hangUp();
  return identity;
}

/** A process of an agent that says hello. */
async function comes(identity: AgentIdentity, instance: string | undefined, changes: Partial<Hello> = {}) {
  const agent = await dial();
  const welcome = await agent.hello(identity, { ...(instance ? { instance } : {}), ...changes });
  return { agent, welcome };
}

async function isRefused(identity: AgentIdentity, instance: string, changes: Partial<Hello> = {}) {
  const agent = await dial();
  await agent.sendHello(identity, { instance, ...changes });
  const { body } = await agent.take('reject');
  expect(await agent.closed()).toMatchObject({ code: 4403 });
  return body;
}

const instances = (hostId: string) =>
  gateway.rows<{ instance: string; state: string }>(
    'SELECT instance, state FROM agent_instance WHERE host_id = $1 ORDER BY first_seen_at',
    [hostId],
  );
/** The server has seen that nobody is connected. */
const released = async (hostId: string) => {
  for (;;) {
    const [row] = await gateway.rows('SELECT gateway_id FROM agent_session WHERE host_id = $1', [hostId]);
    if (row?.gateway_id === null) return;
  }
};
/** What people are told about copies of a host. */
const copySignals = async ({ agentId }: AgentIdentity) => {
  const rows = await gateway.rows<{ data: { ok: boolean; code: string; text: string } }>(
    `SELECT s.data FROM alert_signal s JOIN host h ON s.data->>'part' = 'copy:' || h.name
     WHERE s.kind = 'system' AND h.id = $1 ORDER BY s.id`,
    [agentId],
  );
  return rows.map(({ data }) => data);
};
const otherMachine = { facts: { ...facts, hostname: 'clone-7', fingerprint: 'e'.repeat(64) } };

describe('an identity', () => {
  it('stays with an agent that connects again, is started anew, or moves to another machine', async () => {
    const identity = await enrolled();
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    const { agent } = await comes(identity, one);
    const again = await comes(identity, one);
    expect((await agent.take('goaway')).body.reason).toBe('superseded');
    await again.agent.hangUp();
    await released(identity.agentId);
    const second = await comes(identity, two);
    await second.agent.hangUp();
    await released(identity.agentId);
    await comes(identity, three, otherMachine);
    expect(await instances(identity.agentId)).toEqual([
      { instance: one, state: 'replaced' },
      { instance: two, state: 'replaced' },
      { instance: three, state: 'current' },
    ]);
  });

  it('is not given to a copy on another machine while the host is there', async () => {
    const identity = await enrolled();
    const [original, copy] = [randomUUID(), randomUUID()];
    const { agent } = await comes(identity, original);
    const refusal = await isRefused(identity, copy, otherMachine);
    expect(refusal).toMatchObject({ code: 'quarantined' });
    expect(refusal.message).toContain(
      'this one, on clone-7, looks like a copy of it (a cloned disk). Remove its folder',
    );
    expect(agent.names()).not.toContain('goaway');
    expect(await instances(identity.agentId)).toEqual([
      { instance: original, state: 'current' },
      { instance: copy, state: 'quarantined' },
    ]);
    // People are told once, of both.
    await isRefused(identity, copy, otherMachine);
    const told = await copySignals(identity);
    expect(told).toMatchObject([{ ok: false, code: 'host_copied' }]);
    expect(told[0]?.text).toMatch(
      /srv-1.* \(127\.0\.0\.1, first seen .*\) works as it, clone-7 \(127\.0\.0\.1, first seen .*\) is shut out/,
    );
    // The original goes for good: its copy is the host now.
    await agent.hangUp();
    await released(identity.agentId);
    await comes(identity, copy, otherMachine);
  });

  it('goes back to the first of two that look the same, and the second is refused from then on', async () => {
    const identity = await enrolled();
    const [first, second] = [randomUUID(), randomUUID()];
    const original = await comes(identity, first);
    const copy = await comes(identity, second);
    expect((await original.agent.take('goaway')).body.reason).toBe('superseded');
    // Only two that are both alive can take turns.
    const back = await comes(identity, first);
    expect(await copySignals(identity)).toMatchObject([{ ok: false }]);
    expect((await copy.agent.take('goaway')).body.reason).toBe('superseded');
    expect((await isRefused(identity, second)).code).toBe('quarantined');
    expect(back.agent.names()).not.toContain('goaway');
  });

  it('is of whom somebody says, and the other one is shut out whether or not the host is there', async () => {
    const identity = await enrolled();
    const [original, copy] = [randomUUID(), randomUUID()];
    const { agent } = await comes(identity, original);
    await isRefused(identity, copy, otherMachine);
    const copies = new CopyStore(gateway.database);
    const [{ name } = { name: '' }] = await gateway.rows<{ name: string }>('SELECT name FROM host WHERE id = $1', [
      identity.agentId,
    ]);
    expect((await copies.ofHost(identity.agentId)).map(({ instance, state }) => [instance, state])).toEqual([
      [original, 'current'],
      [copy, 'quarantined'],
    ]);
    expect(await copies.keep(identity.agentId, 'host', randomUUID())).toBeNull();
    expect(await copies.keep(identity.agentId, name, copy)).toBe('clone-7');
    expect(await copySignals(identity)).toMatchObject([{ ok: false }, { ok: true, code: 'host_copy_decided' }]);
    gateway.hints.publish({ kind: 'session', hostIds: [identity.agentId] });
    expect((await agent.take('goaway')).body.reason).toBe('superseded');
    // Nothing that it still sends is counted, and started anew it is not the host either: its machine is not.
    expect((await isRefused(identity, original)).code).toBe('quarantined');
    expect((await isRefused(identity, randomUUID())).code).toBe('quarantined');
    const kept = await comes(identity, copy, otherMachine);
    await kept.agent.hangUp();
    await released(identity.agentId);
    expect((await isRefused(identity, randomUUID())).code).toBe('quarantined');
    // Somebody was wrong, and says so.
    expect(await copies.keep(identity.agentId, name, original)).toBe(facts.hostname);
    await comes(identity, original);
    expect((await isRefused(identity, copy, otherMachine)).code).toBe('quarantined');
  });

  it('stays with the one that works as it where somebody says so, which is a decision too', async () => {
    const identity = await enrolled();
    const [original, copy] = [randomUUID(), randomUUID()];
    const { agent } = await comes(identity, original);
    const copies = new CopyStore(gateway.database);
    expect(await copies.keep(identity.agentId, 'host', original)).toBeNull();
    await isRefused(identity, copy, otherMachine);
    expect(await copies.keep(identity.agentId, 'host', original)).toBe(facts.hostname);
    expect((await instances(identity.agentId)).map(({ state }) => state)).toEqual(['current', 'barred']);
    await agent.barrier();
    expect(agent.names()).not.toContain('goaway');
  });

  it('of an agent that does not tell its process is as it was', async () => {
    const identity = await enrolled();
    await comes(identity, undefined);
    await comes(identity, undefined, otherMachine);
    expect(await instances(identity.agentId)).toEqual([]);
  });

  it('that two worked with loses no event of either', async () => {
    const identity = await enrolled();
    const job = await putJob(gateway, ['host-x']);
    const event = (seq: number) => ({ ...started(seq, job) });
    const [first, second] = [randomUUID(), randomUUID()];
    const original = await comes(identity, first);
    const ofOriginal = [event(1), event(2)];
    original.agent.send('events', { epoch: 1, firstSeq: 1, items: [ofOriginal[0]] });
    await original.agent.take('ack');
    // The copy took the folder after the first event, and numbers its own on from there.
    const copy = await comes(identity, second, { spool: { epoch: 1, first: 2, next: 3 } });
    const ofCopy = event(2);
    copy.agent.send('events', { epoch: 1, firstSeq: 2, items: [ofCopy] });
    await copy.agent.take('ack');

    const back = await comes(identity, first, { spool: { epoch: 1, first: 2, next: 3 } });
    back.agent.send('events', { epoch: 1, firstSeq: 2, items: [ofOriginal[1]] });
    const { body: renew } = await back.agent.take('epoch.renew');
    expect(renew).toEqual({ epoch: 1, next: 2 });
    back.agent.send('events', { epoch: 2, firstSeq: 1, items: [{ ...ofOriginal[1], seq: 1 }] });
    expect((await back.agent.take('ack')).body).toEqual({ epoch: 2, upToSeq: 1 });
    const runs = await gateway.rows('SELECT id FROM run WHERE host_id = $1', [identity.agentId]);
    expect(runs.map(({ id }) => id).sort()).toEqual(
      [...ofOriginal, ofCopy].map(({ data }) => ('runId' in data ? data.runId : '')).sort(),
    );
  });
});

describe('the clock of a host', () => {
  it('is measured by the hello and by heartbeats', async () => {
    const identity = await enrolled();
    const agent = await dial();
    const ahead = async () => {
      await gateway.presence.flush(Date.now());
      const [row] = await gateway.rows<{ ahead: string }>(
        'SELECT clock_ahead_ms AS ahead FROM agent_session WHERE host_id = $1',
        [identity.agentId],
      );
      return Number(row?.ahead);
    };
    agent.clockAheadMs = 90_000;
    await agent.hello(identity);
    expect(Math.abs((await ahead()) - 90_000)).toBeLessThan(5_000);
    agent.clockAheadMs = -40_000;
    const hash = 'd'.repeat(64);
    const spool = { epoch: 1, first: 1, next: 1 };
    agent.send('agent.heartbeat', { desired: { rev: 0, hash }, observedHash: hash, spool });
    await agent.take('desired.notice');
    expect(Math.abs((await ahead()) + 40_000)).toBeLessThan(5_000);
  });
});
