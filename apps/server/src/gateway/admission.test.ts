import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { rotationText } from '@carillon/core/host/key-rotation';
import { judgeSignature } from '@carillon/core/signing/verify';
import { describe, expect, it } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId } from './testing/run-events.js';
import { type AgentIdentity, facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();
const dial = (headers?: Record<string, string>) => ScriptedAgent.dial(gateway.port, headers ? { headers } : {});
const nameOf = () => `host-${newId()}`;
const able = { facts: { ...facts, capabilities: ['leave', 'host-key'] } };
const desired = { rev: 0, hash: 'd'.repeat(64) };
const beat = { desired, observedHash: desired.hash, spool: { epoch: 1, first: 1, next: 1 } };

async function enrolled(hostname = nameOf()): Promise<AgentIdentity> {
  const agent = await dial();
  const identity = await agent.enroll(await joinToken(gateway), { hostname });
  await agent.hangUp();
  return identity;
}

const hostRow = async (id: string) =>
  (await gateway.rows<Record<string, string>>('SELECT * FROM host WHERE id = $1', [id]))[0];
const audit = async (act: string) =>
  (await gateway.rows<{ body: string }>('SELECT body FROM audit_entry ORDER BY seq DESC LIMIT 20'))
    .map(({ body }) => JSON.parse(body))
    .find((row) => row.act === act);
const isRefused = async (identity: AgentIdentity) => {
  const agent = await dial();
  await agent.sendHello(identity, able);
  return (await agent.take('reject')).body;
};

describe('a token with bounds', () => {
  it.each<[string, object, string]>([
    ['another network', { addresses: ['10.0.0.0/8'] }, 'address: address: expected one of 10.0.0.0/8, got 127.0.0.1'],
    ['another name', { hostNames: 'db-*' }, 'host_name: host name: expected db-*, got "web-1"'],
    ['a time that is over', { expiresInMs: -1 }, 'expired: the token was good until'],
  ])('is refused from %s; the stranger is not told which bound it was, the audit is', async (_name, bounds, text) => {
    const agent = await dial();
    await agent.sendEnroll(await joinToken(gateway, bounds), makeKeyPair(), { hostname: 'web-1' });
    expect((await agent.take('reject')).body).toEqual({
      code: 'bad_token',
      message: 'enroll.joinToken: expected a token that exists, is not used up, expired or revoked',
    });
    await gateway.refusals.write();
    const row = await audit('refused');
    expect(row).toMatchObject({ kind: 'EnrolmentToken', via: 'agent', from: '127.0.0.1' });
    expect(row.text).toContain(text);
  });

  it('lets in who keeps to them, with its labels and no others', async () => {
    const bounds = { addresses: ['127.0.0.0/8'], hostNames: 'web-?', labels: { role: 'web' } };
    const agent = await dial({ 'x-forwarded-for': '203.0.113.9' });
    const { agentId } = await agent.enroll(await joinToken(gateway, bounds), { hostname: 'WEB-7' });
    // The header is of nobody whom this server believes.
    expect(await hostRow(agentId)).toMatchObject({ labels: { role: 'web' }, joined_from: '127.0.0.1' });
  });
});

describe('a host that waits to be let in', () => {
  async function waiting() {
    const agent = await dial();
    const name = nameOf();
    const identity = await agent.enroll(await joinToken(gateway, { needsApproval: true }), { hostname: name });
    const welcome = await agent.hello(identity, able);
    return { agent, identity, name, welcome };
  }

  it('is connected and gets nothing, and what it says is not heard but its heartbeats', async () => {
    const { agent, identity, welcome } = await waiting();
    expect(welcome.waits).toBe(true);
    expect(await hostRow(identity.agentId)).toMatchObject({ state: 'pending' });
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    agent.send('events', {
      epoch: 1,
      firstSeq: 1,
      items: [
        {
          seq: 1,
          eventId: newId(),
          at: new Date().toISOString(),
          data: { kind: 'host.boot', bootedAt: new Date().toISOString() },
        },
      ],
    } as never);
    agent.send('agent.heartbeat', beat);
    gateway.hints.publish({ kind: 'desired', hostIds: [identity.agentId] });
    gateway.hints.publish({ kind: 'command', hostIds: [identity.agentId] });
    await agent.barrier();
    await gateway.presence.flush(Date.now());
    const [session] = await gateway.rows<{ acked: string; gateway: string | null }>(
      'SELECT acked_seq AS acked, gateway_id AS gateway FROM agent_session WHERE host_id = $1',
      [identity.agentId],
    );
    expect(session).toEqual({ acked: '0', gateway: expect.any(String) });
    expect(agent.names().filter((name) => name !== 'desired.notice')).toEqual([]);
    expect(await gateway.accepted.contents()).not.toMatchObject({
      hosts: expect.arrayContaining([expect.objectContaining({ hostId: identity.agentId })]),
    });
    await agent.hangUp();
  });

  it('is let in by somebody who compared its key, comes again and is a host like any other', async () => {
    const { agent, identity, name } = await waiting();
    expect(await gateway.admissions.approve(name, 'ffff-0000')).toMatchObject({ kind: 'other_fingerprint' });
    expect(await gateway.admissions.approve(name, undefined)).toMatchObject({ kind: 'done', state: 'active' });
    gateway.hints.publish({ kind: 'admission', hostIds: [identity.agentId] });
    expect((await agent.take('goaway')).body.reason).toBe('drain');
    const again = await dial();
    expect((await again.hello(identity, able)).waits).toBeUndefined();
    expect(await gateway.accepted.contents()).toMatchObject({
      hosts: expect.arrayContaining([expect.objectContaining({ hostId: identity.agentId, name })]),
    });
    expect(await audit('approved')).toMatchObject({ kind: 'Host', what: name });
    expect(await gateway.admissions.approve(name, undefined)).toEqual({ kind: 'other_state', state: 'active' });
    await again.hangUp();
  });

  it('is sent away, and is nobody from then on', async () => {
    const { agent, identity, name } = await waiting();
    expect(await gateway.admissions.refuse(name)).toMatchObject({ kind: 'done' });
    gateway.hints.publish({ kind: 'admission', hostIds: [identity.agentId] });
    expect((await agent.take('reject')).body.code).toBe('revoked');
    expect((await isRefused(identity)).code).toBe('unknown_agent');
    expect(await audit('turned away')).toMatchObject({ what: name });
  });
});

describe('another key for a host', () => {
  const offer = ({ agentId, keys }: AgentIdentity, next = makeKeyPair(), old = keys) => {
    const text = rotationText({ hostId: agentId, publicKey: keys.publicKey, next: next.publicKey });
    const by = ({ privateKey }: typeof keys) => signText(privateKey, 'carillon/v1/host-key', text);
    return { next, body: { next: next.publicKey, byOld: by(old), byNew: by(next) } };
  };

  it('is taken when the host signs in with it, and the one before is refused from then on', async () => {
    const identity = await enrolled();
    const { name } = (await hostRow(identity.agentId)) ?? {};
    const agent = await dial();
    await agent.hello(identity, able);
    expect(await gateway.admissions.rotateKey(name ?? '')).toMatchObject({ kind: 'done' });
    gateway.hints.publish({ kind: 'admission', hostIds: [identity.agentId] });
    await agent.take('key.ask');
    const { next, body } = offer(identity);
    agent.send('key.offer', body);
    expect((await agent.take('key.kept')).body).toEqual({ next: next.publicKey });
    await agent.hangUp();

    // The server dies, or the agent: until the next key was used, the old one is good.
    const before = await dial();
    await before.hello(identity, able);
    await before.hangUp();
    const after = await dial();
    await after.hello({ ...identity, keys: next }, able);
    expect((await isRefused(identity)).code).toBe('bad_signature');
    expect(await hostRow(identity.agentId)).toMatchObject({ public_key: next.publicKey, key_offered: null });
    expect(await audit('took another key')).toMatchObject({ what: name });
    // What is signed is for who has the new key.
    after.send('desired.get', { rev: 0, haveManifests: [] });
    await after.take('desired.state');
    await after.hangUp();
    const again = await dial();
    await again.hello({ ...identity, keys: next }, able);
    await again.hangUp();
  });

  it('is not kept unless its own key says so', async () => {
    const identity = await enrolled();
    const agent = await dial();
    await agent.hello(identity, able);
    agent.send('key.offer', offer(identity, makeKeyPair(), makeKeyPair()).body);
    expect((await agent.take('nack')).body.message).toContain('signatures of both keys');
    expect(await hostRow(identity.agentId)).toMatchObject({ key_offered: null });
    await agent.hangUp();
  });

  it('is asked for by age', async () => {
    const identity = await enrolled();
    await gateway.rows(`UPDATE host SET key_since = now() - interval '181 days' WHERE id = $1`, [identity.agentId]);
    const agent = await dial();
    await agent.hello(identity, able);
    await agent.take('key.ask');
    await agent.hangUp();
  });
});

describe('the end of a host', () => {
  const signedFor = (leave: { text: string; signature: string }) => {
    const facts = { signerKeys: [gateway.signer.publicKey] };
    expect(judgeSignature({ context: 'carillon/v1/leave', ...leave }, facts, 'leave')).toEqual({ ok: true });
    return (JSON.parse(leave.text) as { hostId: string }).hostId;
  };

  it('is said by a signed order, over and over until it is gone; then its name is free', async () => {
    const name = nameOf();
    const identity = await enrolled(name);
    const agent = await dial();
    await agent.hello(identity, able);
    expect(await gateway.admissions.decommission(name, false)).toMatchObject({ state: 'decommissioning' });
    gateway.hints.publish({ kind: 'desired', hostIds: [identity.agentId] });
    expect(signedFor((await agent.take('leave')).body)).toBe(identity.agentId);
    await agent.hangUp();

    // It died, or we did.
    const again = await dial();
    await again.hello(identity, able);
    signedFor((await again.take('leave')).body);
    again.send('left', {});
    const { body } = await again.take('reject');
    expect(body.code).toBe('retired');
    expect(signedFor(body.leave as never)).toBe(identity.agentId);
    expect(await hostRow(identity.agentId)).toMatchObject({ state: 'retired' });
    expect((await isRefused(identity)).code).toBe('retired');

    const fresh = await enrolled(name);
    expect(await hostRow(fresh.agentId)).toMatchObject({ name, state: 'active' });
    expect((await hostRow(identity.agentId))?.name).toMatch(new RegExp(`^${name}~`));
  });

  it('does not wait for an agent that does not come; when it does, it is told', async () => {
    const name = nameOf();
    const identity = await enrolled(name);
    expect(await gateway.admissions.decommission(name, true)).toMatchObject({ state: 'retired' });
    const refusal = await isRefused(identity);
    expect(refusal).toMatchObject({ code: 'retired', leave: { text: expect.stringContaining(identity.agentId) } });
    // An agent from before keeps to what it knows.
    const old = await dial();
    await old.sendHello(identity);
    expect((await old.take('reject')).body.code).toBe('revoked');
  });

  it('is not of a host that nobody took out, whatever it says', async () => {
    const identity = await enrolled();
    const agent = await dial();
    await agent.hello(identity, able);
    agent.send('left', {});
    await agent.barrier();
    expect(await gateway.admissions.retire(identity.agentId)).toBe(false);
    expect(await hostRow(identity.agentId)).toMatchObject({ state: 'active' });
    await agent.hangUp();
  });
});
