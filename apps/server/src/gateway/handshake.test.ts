import { makeKeyPair } from '@carillon/core/desired/signing';
import { describe, expect, inject, it } from 'vitest';
import { cutDatabase } from '../store/testing/outage.js';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { type AgentIdentity, facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

const dial = () => ScriptedAgent.dial(gateway.port);

async function enrolled(): Promise<AgentIdentity> {
  const agent = await dial();
  const identity = await agent.enroll(await joinToken(gateway));
  await agent.hangUp();
  return identity;
}

describe('enrolment', () => {
  it('makes a host of a token, a key and facts; hello follows on the same socket', async () => {
    const agent = await dial();
    const identity = await agent.enroll(await joinToken(gateway), { hostname: 'Fresh-1' });
    const welcome = await agent.hello(identity);
    expect(welcome).toMatchObject({ fence: 1, ack: { epoch: 1, upTo: 0 }, desired: { rev: 0 } });
    const [host] = await gateway.rows('SELECT name, state, public_key, os FROM host WHERE id = $1', [identity.agentId]);
    expect(host).toEqual({ name: 'Fresh-1', state: 'active', public_key: identity.keys.publicKey, os: facts.os });
    await agent.hangUp();
  });

  it.each([
    ['used up', { uses: 0 }],
    ['expired', { expiresInMs: -1 }],
    ['revoked', { revoked: true }],
  ])('refuses a token that is %s, and does not say which it was', async (_why, options) => {
    const agent = await dial();
    await agent.sendEnroll(await joinToken(gateway, options), makeKeyPair());
    expect((await agent.take('reject')).body).toEqual({
      code: 'bad_token',
      message: 'enroll.joinToken: expected a token that exists, is not used up, expired or revoked',
    });
    expect(await agent.closed()).toEqual({ code: 4401, reason: 'bad_token' });
  });

  it('refuses a token that never was, and writes nothing', async () => {
    const [before] = await gateway.rows('SELECT count(*) FROM host');
    const agent = await dial();
    await agent.sendEnroll('no-such-token-at-all', makeKeyPair());
    expect((await agent.take('reject')).body.code).toBe('bad_token');
    expect(await gateway.rows('SELECT count(*) FROM host')).toEqual([before]);
  });

  it('gives a token with one use to one of two agents that come at once', async () => {
    const token = await joinToken(gateway);
    const agents = await Promise.all([dial(), dial()]);
    await Promise.all(agents.map((agent) => agent.sendEnroll(token, makeKeyPair())));
    const answers = await Promise.all(
      agents.map((agent) => Promise.race([agent.take('enrolled'), agent.take('reject')])),
    );
    expect(answers.map((answer) => answer.name).sort()).toEqual(['enrolled', 'reject']);
  });

  it('answers the same key again with the same host and uses the token once', async () => {
    const token = await joinToken(gateway);
    const keys = makeKeyPair();
    const ids: string[] = [];
    for (const agent of [await dial(), await dial()]) {
      await agent.sendEnroll(token, keys);
      ids.push((await agent.take('enrolled')).body.agentId);
    }
    expect(ids[0]).toBe(ids[1]);
  });

  it('names a second host of the same name apart', async () => {
    const token = await joinToken(gateway, { uses: 2 });
    const names: string[] = [];
    for (const agent of [await dial(), await dial()]) {
      await agent.sendEnroll(token, makeKeyPair(), { hostname: 'TWIN' });
      names.push((await agent.take('enrolled')).body.name);
    }
    expect(names).toEqual(['TWIN', 'TWIN-2']);
  });

  it('refuses a proof by another key before the token is looked at', async () => {
    const token = await joinToken(gateway);
    const agent = await dial();
    const { privateKey } = makeKeyPair();
    await agent.sendEnroll(token, { publicKey: makeKeyPair().publicKey, privateKey });
    expect((await agent.take('reject')).body).toMatchObject({ code: 'bad_signature' });
    const again = await dial();
    expect(await again.enroll(token)).toBeDefined();
  });

  it('refuses facts that a table cannot hold, by name', async () => {
    const agent = await dial();
    await agent.sendEnroll(await joinToken(gateway), makeKeyPair(), { os: 'Win\0dows' });
    expect((await agent.take('reject')).body.message).toContain('enroll.facts.os');
  });

  it('enrols one key a socket', async () => {
    const agent = await dial();
    const token = await joinToken(gateway, { uses: 2 });
    await agent.enroll(token);
    await agent.sendEnroll(token, makeKeyPair());
    expect((await agent.take('reject')).body).toMatchObject({ message: 'got "enroll", expected hello' });
  });
});

describe('hello', () => {
  it('is refused for a host that nobody enrolled', async () => {
    const agent = await dial();
    await agent.sendHello({ agentId: '01890000-0000-7000-8000-000000000001', keys: makeKeyPair() });
    expect((await agent.take('reject')).body.code).toBe('unknown_agent');
    expect((await agent.closed()).code).toBe(4401);
  });

  it('is refused when another key signed it', async () => {
    const { agentId } = await enrolled();
    const agent = await dial();
    await gateway.refusals.write();
    await agent.sendHello({ agentId, keys: makeKeyPair() });
    expect((await agent.take('reject')).body).toMatchObject({ code: 'bad_signature' });
    await gateway.refusals.write();
    const [row] = await gateway.rows<{ body: string }>('SELECT body FROM audit_entry ORDER BY seq DESC LIMIT 1');
    const [host] = await gateway.rows<{ name: string }>('SELECT name FROM host WHERE id = $1', [agentId]);
    expect(JSON.parse(row?.body ?? '')).toMatchObject({
      ...{ kind: 'Host', act: 'refused', what: host?.name, via: 'agent', from: expect.stringContaining('127.0.0.1') },
      text: 'it does not have the key of this host',
    });
  });

  it('of an earlier connection does not open another one', async () => {
    const identity = await enrolled();
    const first = await dial();
    let frame = '';
    first.ws.send = ((text: string) => {
      frame = text;
    }) as typeof first.ws.send;
    await first.sendHello(identity);
    const second = await dial();
    second.ws.send(frame);
    expect((await second.take('reject')).body.code).toBe('bad_signature');
  });

  it('in a protocol that this server does not speak is refused with what it speaks', async () => {
    const agent = await dial();
    await agent.sendHello(await enrolled(), { protocol: 7 });
    const { body } = await agent.take('reject');
    expect(body).toEqual({ code: 'protocol', message: 'hello.protocol: expected 1 to 1, got 7' });
    expect((await agent.closed()).code).toBe(4426);
  });

  it.each(['revoked', 'quarantined'] as const)('of a host that is %s is refused', async (state) => {
    const identity = await enrolled();
    await gateway.rows('UPDATE host SET state = $2::host_state WHERE id = $1', [identity.agentId, state]);
    const agent = await dial();
    await agent.sendHello(identity);
    expect((await agent.take('reject')).body.code).toBe(state);
    expect((await agent.closed()).code).toBe(4403);
  });

  it('that cannot be judged because the database is away is told to come later', async () => {
    const identity = await enrolled();
    const agent = await dial();
    const restore = await cutDatabase(inject('postgresUrl'), gateway.databaseUrl);
    await agent.sendHello(identity);
    const { body } = await agent.take('reject');
    await restore();
    expect(body).toEqual({
      code: 'retry_later',
      message: 'the server cannot decide now',
      retryAfterMs: expect.any(Number),
    });
    expect((await agent.closed()).code).toBe(1013);
    expect(await (await dial()).hello(identity)).toMatchObject({ fence: 1 });
  });

  it('writes down what changed about the machine', async () => {
    const identity = await enrolled();
    const agent = await dial();
    await agent.hello(identity, { facts: { ...facts, os: 'Windows Server 2025' } });
    const [host] = await gateway.rows('SELECT os FROM host WHERE id = $1', [identity.agentId]);
    expect(host).toEqual({ os: 'Windows Server 2025' });
    await agent.hangUp();
  });
});
