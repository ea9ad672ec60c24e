import { limits } from '@carillon/contract/limits';
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { type FakeConnection, FakeServer, type FakeServerOptions } from '../testing/fake-server.js';
import { linkMemoryAgent } from '../testing/memory-agent.js';
import { makeEvents } from '../testing/samples.js';
import { waitUntil } from '../testing/wait-until.js';

let server: FakeServer;
afterEach(() => server.kill());

async function start(options: FakeServerOptions = {}): Promise<FakeServer> {
  server = await FakeServer.start(options);
  return server;
}

const isOpen = (connection: FakeConnection | undefined) => connection?.socket.readyState === connection?.socket.OPEN;
const idsSent = (connection: FakeConnection) =>
  connection
    .bodies('events')
    .flatMap(({ firstSeq, items }) =>
      items.map((item, index) => `${firstSeq + index} ${(item as { eventId: string }).eventId}`),
    );

describe('a lost connection', () => {
  it('sends what is not acked again, with the same numbers and ids, and nothing that is', async () => {
    let acks = 0;
    await start({
      script: (connection, message) => {
        if (message.name !== 'events') return false;
        // The first frame is committed and acked; the second is committed, but its ack is lost with the socket.
        acks += 1;
        if (acks === 2) connection.socket.terminate();
        return acks === 2;
      },
    });
    const agent = linkMemoryAgent(server);
    const events = makeEvents(limits.eventsPerFrame + 50);
    agent.eventLog.append(events);
    await waitUntil(() => server.ledger.size === events.length, 'all events');

    const [first, second] = server.connections as [FakeConnection, FakeConnection];
    expect(idsSent(second)).toEqual(idsSent(first).slice(limits.eventsPerFrame));
    expect([...server.ledger.values()].map((event) => event.eventId)).toEqual(events.map((event) => event.eventId));
    await waitUntil(() => agent.eventLog.first === events.length + 1, 'the last ack');
  });

  it('sends output again from the last confirmed byte', async () => {
    await start();
    const agent = linkMemoryAgent(server);
    await (await server.connection(0)).take('hello');
    const runId = newId();
    agent.source.add(runId, 'stdout', Buffer.from('all of it'), 1);
    (await server.connection(0)).socket.terminate();
    const chunk = await waitUntil(() => server.connections[1]?.chunks[0], 'the output');
    expect(chunk).toMatchObject({ runId, offset: 0 });
    await waitUntil(() => agent.source.runs().length === 0, 'the deletion');
  });

  it('is found out by silence: one ping, then the end', async () => {
    await start();
    linkMemoryAgent(server, { timing: { pingAfterMs: 20, silenceMs: 200, lookMs: 10 } });
    const first = await server.connection(0);
    await first.take('hello');
    // Reads nothing and answers nothing, but the socket stays.
    first.socket.pause();
    await server.connection(1);
    first.socket.resume();
    await waitUntil(() => first.closeCode, 'the close');
    expect(first.closeCode).toBe(1006);
  });

  it('is not assumed while the server answers pings', async () => {
    await start();
    linkMemoryAgent(server, { timing: { pingAfterMs: 20, silenceMs: 2_000, lookMs: 10 } });
    const first = await server.connection(0);
    let pings = 0;
    first.socket.on('ping', () => {
      pings += 1;
    });
    await waitUntil(() => pings >= 5, 'pings');
    expect(server.connections).toHaveLength(1);
    expect(isOpen(first)).toBe(true);
  });
});

describe('what the server asks for', () => {
  it.each([
    ['a reject', 'reject', { code: 'retry_later', message: 'busy', retryAfterMs: 300 }],
    ['a goaway instead of a welcome', 'goaway', { reason: 'drain', reconnectInMs: 300 }],
  ] as const)('%s is obeyed to the millisecond', async (_what, name, body) => {
    const heard: number[] = [];
    await start({
      script: (connection) => {
        heard.push(performance.now());
        if (heard.length === 1) connection.send(name, body);
        return heard.length === 1;
      },
    });
    linkMemoryAgent(server);
    await waitUntil(() => heard.length >= 2, 'the second hello');
    // Timers of Node may be a millisecond early.
    expect(heard[1]! - heard[0]!).toBeGreaterThanOrEqual(299);
  });

  it('a goaway in the middle of a session closes it and is obeyed', async () => {
    await start();
    const agent = linkMemoryAgent(server);
    const first = await server.connection(0);
    await first.take('hello');
    await waitUntil(() => agent.told.some(({ message }) => message === 'connected'), 'the session');
    first.send('goaway', { reason: 'drain', reconnectInMs: 250 });
    await waitUntil(() => first.closeCode, 'the close');
    expect(first.closeCode).toBe(1000);
    await server.connection(1);
    expect(agent.told.find(({ message }) => message === 'not connected to the server')?.facts).toMatchObject({
      nextTryInMs: 250,
    });
  });

  it('a refusal that only a person can resolve is not argued with', async () => {
    await start({
      script: (connection) => {
        connection.send('reject', { code: 'revoked', message: 'this host was revoked' });
        return true;
      },
    });
    const agent = linkMemoryAgent(server);
    const facts = await waitUntil(() => agent.told.at(-1)?.facts, 'a line in the log');
    expect(facts).toMatchObject({ why: 'revoked: this host was revoked', nextTryInMs: 5 * 60_000 });
    agent.stop.abort();
    await agent.ended;
    expect(server.connections).toHaveLength(1);
  });
});
