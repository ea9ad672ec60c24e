import { encodeMessage } from '@carillon/contract/agent/codec';
import { limits } from '@carillon/contract/limits';
import { makeKeyPair } from '@carillon/core/desired/signing';
import { describe, expect, it } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

const dial = () => ScriptedAgent.dial(gateway.port);
const stamp = { id: 'm1', atMs: 0 };

async function welcomed(): Promise<ScriptedAgent> {
  const agent = await dial();
  await agent.hello(await agent.enroll(await joinToken(gateway)));
  return agent;
}

describe('the door', () => {
  it.each([
    ['an Origin header', { headers: { origin: 'http://evil.example' } }, 403],
    ['a Cookie header', { headers: { cookie: 'a=b' } }, 403],
    ['another path', { path: '/agent/v2/ws' }, 404],
    ['no subprotocol', { protocols: [] }, 400],
    ['another subprotocol', { protocols: ['chat'] }, 400],
  ])('refuses %s', async (_what, options, status) => {
    await expect(ScriptedAgent.dial(gateway.port, options)).rejects.toThrow(`Unexpected server response: ${status}`);
  });

  it('lets an address have only so many sockets without a hello, and one more when one of them leaves', async () => {
    const most = limits.unauthenticatedSocketsPerAddress;
    const strangers = await Promise.all(Array.from({ length: most }, dial));
    expect(gateway.status.snapshot().unauthenticated).toBe(most);
    await expect(dial()).rejects.toThrow('429');
    await strangers.pop()?.hangUp();
    const last = await dial();
    await Promise.all([...strangers, last].map((agent) => agent.hangUp()));
    expect(gateway.status.snapshot().unauthenticated).toBe(0);
  });
});

describe('an address', () => {
  it('may have any number of agents that are known', async () => {
    const agents: ScriptedAgent[] = [];
    for (let count = 0; count < limits.unauthenticatedSocketsPerAddress + 2; count += 1) agents.push(await welcomed());
    expect(gateway.status.snapshot()).toMatchObject({ agents: agents.length, unauthenticated: 0 });
    await Promise.all(agents.map((agent) => agent.hangUp()));
  });
});

describe('before hello', () => {
  it.each([
    [
      'another message',
      encodeMessage('desired.get', { rev: 0, haveManifests: [] }, stamp),
      4401,
      'got "desired.get", expected hello or enroll',
    ],
    [
      'an unknown type',
      JSON.stringify({ v: 1, t: 'reboot', id: 'm1', at: new Date(0), body: {} }),
      4401,
      'got "reboot"',
    ],
    ['no JSON', 'hello?', 4400, 'frame: expected a JSON object'],
    ['another version', JSON.stringify({ v: 9, t: 'hello', id: 'm1', at: new Date(0), body: {} }), 4400, 'frame.v'],
    [
      'a body without its fields',
      JSON.stringify({ v: 1, t: 'hello', id: 'm1', at: new Date(0), body: {} }),
      4400,
      'hello.agentId',
    ],
    ['a binary frame', Buffer.alloc(60), 4401, 'got a binary frame'],
    ['a long frame', 'x'.repeat(limits.helloBytes + 1), 1009, `expected at most ${limits.helloBytes} bytes`],
  ])('%s is refused by name and the socket closed', async (_what, frame, code, message) => {
    const agent = await dial();
    agent.ws.send(frame);
    expect((await agent.take('reject')).body.message).toContain(message);
    expect((await agent.closed()).code).toBe(code);
  });

  it('a second message while the first is judged is refused', async () => {
    const agent = await dial();
    await agent.sendEnroll('no-such-token-at-all', makeKeyPair());
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    expect((await agent.take('reject')).body.message).toBe('got "desired.get", expected nothing before the answer');
  });
});

describe('after welcome', () => {
  it('an unknown type is answered and ignored', async () => {
    const agent = await welcomed();
    agent.ws.send(JSON.stringify({ v: 1, t: 'reboot', id: 'm7', at: new Date(0), body: {} }));
    const nack = await agent.take('nack');
    expect(nack).toMatchObject({ re: 'm7', body: { code: 'unsupported' } });
    expect(nack.body.message).toContain('"reboot"');
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    await agent.take('desired.state');
    await agent.hangUp();
  });

  it.each([
    ['no JSON', 'x', 'frame: expected a JSON object'],
    [
      'a field of the wrong kind',
      encodeMessage('desired.get', { rev: -1, haveManifests: [] }, stamp),
      'desired.get.rev',
    ],
    ['a second hello', JSON.stringify({ v: 1, t: 'hello', id: 'm1', at: new Date(0), body: {} }), 'hello.agentId'],
    ['a log frame that is none', Buffer.from('not a frame'), 'log frame: expected at least 48 bytes'],
  ])('%s is answered with what was expected, and the session goes on', async (_what, frame, message) => {
    const agent = await welcomed();
    agent.ws.send(frame);
    expect((await agent.take('nack')).body).toMatchObject({
      code: 'bad_message',
      message: expect.stringContaining(message),
    });
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    await agent.take('desired.state');
    await agent.hangUp();
  });

  it('a text frame over the limit is named and closes with 1009', async () => {
    const agent = await welcomed();
    agent.ws.send(' '.repeat(limits.textFrameBytes + 1));
    expect((await agent.take('nack')).body.message).toBe(
      `frame: expected at most ${limits.textFrameBytes} bytes, got ${limits.textFrameBytes + 1}`,
    );
    expect((await agent.closed()).code).toBe(1009);
  });

  it('a frame over the limit of the socket itself closes with 1009', async () => {
    const agent = await welcomed();
    agent.ws.send(Buffer.alloc(limits.maxPayloadBytes + 1));
    expect((await agent.closed()).code).toBe(1009);
  });
});
