import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { signText } from '@carillon/core/desired/signing';
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { type FakeConnection, FakeServer, type FakeServerOptions } from '../testing/fake-server.js';
import { linkMemoryAgent } from '../testing/memory-agent.js';
import { identityOf, makeEvent, makeEvents, signer } from '../testing/samples.js';
import { waitUntil } from '../testing/wait-until.js';

let server: FakeServer;
afterEach(() => server.kill());

async function session(options: FakeServerOptions = {}, agentOptions: Parameters<typeof linkMemoryAgent>[1] = {}) {
  server = await FakeServer.start(options);
  const agent = linkMemoryAgent(server, agentOptions);
  const connection = await server.connection(0);
  await waitUntil(() => agent.told.some(({ message }) => message === 'connected'), 'the session');
  return { agent, connection };
}

/** Something that the agent answers shows that it has read what came before. */
async function hasRead(agent: Awaited<ReturnType<typeof session>>['agent'], connection: FakeConnection) {
  const before = connection.bodies('events').length;
  agent.eventLog.append(makeEvents(1));
  agent.events.pump();
  await waitUntil(() => connection.bodies('events').length > before, 'an event');
}

const envelope = (t: string, body: unknown) =>
  JSON.stringify({ v: 1, t, id: randomUUID(), at: new Date().toISOString(), body });

describe('a message', () => {
  it.each([
    ['of an unknown type', envelope('party.invitation', { when: 'tonight' })],
    ['of ours, sent back', envelope('hello', {})],
    ['with fields we do not know', envelope('log.ack', { items: [], later: true })],
  ])('%s is ignored', async (_what, text) => {
    const { agent, connection } = await session();
    connection.socket.send(text);
    connection.socket.send(Buffer.from([0xca, 1, 2, 3]), { binary: true });
    await hasRead(agent, connection);
    expect(server.connections).toHaveLength(1);
  });

  it.each([
    ['that is not JSON', '{"v":1,'],
    ['with a wrong body', envelope('ack', { epoch: 0, upToSeq: -1 })],
    ['of another protocol', envelope('ack', {}).replace('"v":1', '"v":2')],
    [
      'that has no place in a session',
      envelope('enrolled', { agentId: newId(), state: 'active', name: 'x', trust: { signerKeys: [signer.publicKey] } }),
    ],
  ])('%s ends the session, and a new one begins', async (_what, text) => {
    const { connection } = await session();
    connection.socket.send(text);
    await waitUntil(() => connection.closeCode, 'the close');
    expect(connection.closeCode).toBe(1002);
    await server.connection(1);
  });

  it('larger than any that is allowed ends the session', async () => {
    const { connection } = await session();
    connection.socket.send('x'.repeat(2 * 1024 * 1024));
    await waitUntil(() => connection.closeCode, 'the close');
    expect(connection.closeCode).toBe(1009);
    await server.connection(1);
  });

  it('that cannot be acted on ends the session, not the agent, and nothing after it is acted on', async () => {
    const { agent, connection } = await session({ script: (_each, message) => message.name === 'events' });
    await hasRead(agent, connection);
    agent.eventLog.renew = () => {
      throw new Error('ENOSPC');
    };
    connection.send('epoch.renew', { epoch: 1, next: 2 });
    connection.send('ack', { epoch: 1, upToSeq: 1 });
    await waitUntil(() => connection.closeCode, 'the close');
    expect(connection.closeCode).toBe(1011);
    expect(agent.eventLog.first).toBe(1);
  });
});

describe('events', () => {
  it('whose ack comes twice are not sent again', async () => {
    const { agent, connection } = await session({
      script: (each, message) => {
        if (message.name !== 'events') return false;
        server.commit(each, message.body);
        server.commit(each, message.body);
        return true;
      },
    });
    await hasRead(agent, connection);
    await waitUntil(() => agent.eventLog.first === 2, 'the ack');
    await hasRead(agent, connection);
    await waitUntil(() => agent.eventLog.first === 3, 'the ack');
    expect(connection.bodies('events').map((body) => body.firstSeq)).toEqual([1, 2]);
  });

  it('tell the end of a run that the server believes in and nobody here knows', async () => {
    const known = { underWay: new Set<string>(), hasUntold: false };
    const { connection } = await session({}, { runs: { known: () => known } });
    const asked = identityOf(makeEvent());
    connection.socket.send(envelope('runs.check', { runs: [asked] }));
    await waitUntil(() => connection.bodies('events').length > 0, 'the end');
    expect(connection.bodies('events')[0]?.items).toMatchObject([
      { data: { kind: 'run.finished', runId: asked.runId, state: 'indeterminate', reason: 'forgotten' } },
    ]);
  });

  it('get new numbers when the server knows the old ones', async () => {
    const { agent, connection } = await session({
      script: (each, message) => {
        if (message.name !== 'events' || message.body.epoch !== 1) return false;
        each.send('epoch.renew', { epoch: 1, next: 4 });
        return true;
      },
    });
    await hasRead(agent, connection);
    await waitUntil(() => server.ledger.has('4/1'), 'the event under its new number');
    const [old, renewed] = connection.bodies('events');
    expect(renewed?.items[0]).toEqual(old?.items[0]);
  });
});

describe('output', () => {
  it('that the server refuses is put aside, and the rest goes on', async () => {
    const { agent, connection } = await session();
    const [refused, fine] = [newId(), newId()];
    connection.send('nack', { code: 'bad_message', message: `log frame: run ${refused} belongs to another host` });
    await hasRead(agent, connection);
    for (const runId of [refused, fine]) agent.source.add(runId, 'stdout', Buffer.from(runId), 1);
    agent.output.pump();
    await waitUntil(() => agent.source.runs().length === 0, 'both');
    connection.send('nack', { code: 'bad_message', message: 'something else entirely' });
    await hasRead(agent, connection);
    expect(server.connections).toHaveLength(1);
  });
});

describe('a command', () => {
  it('is done once, though it comes twice, and its result is told again in the next session', async () => {
    let starts = 0;
    const work = {
      start: async () => {
        starts += 1;
        return { ok: true } as const;
      },
      stop: async () => ({ ok: true }) as const,
      dryRun: () => Promise.reject(new Error('nobody asks for one here')),
      repair: () => Promise.reject(new Error('nobody asks for one here')),
    };
    const { agent, connection } = await session({}, { work });
    const commandId = newId();
    const now = Date.now();
    const text = canonicalJson({
      kind: 'carillon/command/v1',
      commandId,
      hostId: agent.agentId,
      action: 'run',
      jobId: newId(),
      runId: null,
      notBefore: new Date(now - 60_000).toISOString(),
      notAfter: new Date(now + 60_000).toISOString(),
    });
    const order = { text, signature: signText(signer.privateKey, 'carillon/v1/command', text) };
    connection.send('command', order);
    connection.send('command', order);
    const done = await waitUntil(
      () => connection.bodies('command.result').find((result) => result.state === 'done'),
      'the result',
    );
    connection.socket.terminate();
    const told = await (await server.connection(1)).take('command.result');
    expect(told).toEqual(done);
    expect(starts).toBe(1);
  });
});

describe('the heartbeat', () => {
  it('says what is registered and what is spooled', async () => {
    const { connection } = await session({
      script: (each, message) => {
        if (message.name !== 'hello') return false;
        each.send('welcome', {
          sessionId: newId(),
          fence: 1,
          heartbeatMs: 1_000,
          ack: { epoch: 1, upTo: 0 },
          desired: server.desired,
          serverTime: new Date().toISOString(),
        });
        return true;
      },
    });
    expect(await connection.take('agent.heartbeat')).toEqual({
      desired: server.desired,
      observedHash: server.desired.hash,
      spool: { epoch: 1, first: 1, next: 1 },
    });
  });
});
