import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { type Identity, makeTransientIdentity } from '../state/identity.js';
import { FakeServer, type FakeServerOptions } from '../testing/fake-server.js';
import { emptyState, hostFacts } from '../testing/samples.js';
import { Channel } from './channel.js';
import { joinServer, sayHello } from './handshake.js';
import { LinkError } from './link-error.js';

let server: FakeServer;
afterEach(() => server.kill());

async function open(options: FakeServerOptions = {}): Promise<Channel> {
  server = await FakeServer.start(options);
  return Channel.open(server.url);
}

function enrolledIdentity(): Identity {
  const identity = { ...makeTransientIdentity(), agentId: newId() };
  server.agents.set(identity.agentId, identity.publicKey);
  return identity;
}

const token = 'carillon-join-0123456789abcdef';
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: LinkError) => error,
  );

describe('hello', () => {
  it('proves who we are to the server that was dialled', async () => {
    const channel = await open();
    const welcome = await sayHello(channel, server.url, enrolledIdentity(), emptyState());
    expect(welcome.ack).toEqual({ epoch: 1, upTo: 0 });
  });

  it('is not accepted with another key', async () => {
    const channel = await open();
    const identity = enrolledIdentity();
    const thief = { ...makeTransientIdentity(), agentId: identity.agentId };
    const error = await failure(sayHello(channel, server.url, thief, emptyState()));
    expect(error).toMatchObject({ code: 'bad_signature' });
  });

  it('is never signed for another origin', async () => {
    const channel = await open({ origin: 'https://elsewhere.example' });
    const error = await failure(sayHello(channel, server.url, enrolledIdentity(), emptyState()));
    expect(error).toMatchObject({ code: 'wrong_origin' });
    expect(error?.message).toContain('https://elsewhere.example');
    channel.close();
    await channel.closed;
    expect(server.connections[0]?.messages).toEqual([]);
  });

  it.each([
    [
      'reject',
      { code: 'retry_later', message: 'busy', retryAfterMs: 1_234 },
      { code: 'retry_later', retryAfterMs: 1_234 },
    ],
    ['goaway', { reason: 'drain', reconnectInMs: 77 }, { code: 'goaway', retryAfterMs: 77 }],
  ] as const)('answered with %s says when to come back', async (name, body, expected) => {
    const channel = await open({
      script: (connection) => {
        connection.send(name, body);
        return true;
      },
    });
    expect(await failure(sayHello(channel, server.url, enrolledIdentity(), emptyState()))).toMatchObject(expected);
  });

  it('does not wait for a server that hangs up', async () => {
    const channel = await open({ challenges: false });
    const hello = failure(sayHello(channel, server.url, enrolledIdentity(), emptyState()));
    (await server.connection(0)).socket.terminate();
    expect(await hello).toMatchObject({ code: 'no_answer' });
  });
});

describe('enrolment', () => {
  it('trades the token and the key for a name and the keys to trust', async () => {
    const channel = await open();
    const identity = makeTransientIdentity();
    const enrolled = await joinServer(channel, server.url, identity, token, hostFacts());
    expect(enrolled).toMatchObject({ name: 'sample-host', trust: { signerKeys: [expect.any(String)] } });
    expect(server.agents.get(enrolled.agentId)).toBe(identity.publicKey);
  });

  it('gives no token to a server of another origin', async () => {
    const channel = await open({ origin: 'https://elsewhere.example' });
    const error = await failure(joinServer(channel, server.url, makeTransientIdentity(), token, hostFacts()));
    expect(error).toMatchObject({ code: 'wrong_origin' });
    channel.close();
    await channel.closed;
    expect(server.connections[0]?.messages).toEqual([]);
  });
});

describe('a connection', () => {
  it.each([
    [
      { status: 503, retryAfter: '7' },
      { code: 'http_503', retryAfterMs: 7_000 },
    ],
    [
      { status: 429, retryAfter: 'soon' },
      { code: 'http_429', retryAfterMs: undefined },
    ],
    [{ status: 404 }, { code: 'http_404', retryAfterMs: undefined }],
  ])('refused with %o', async (refuse, expected) => {
    expect(await failure(open({ refuse }))).toMatchObject(expected);
  });

  it('to nobody says what was dialled', async () => {
    server = await FakeServer.start();
    const { url } = server;
    await server.kill();
    const error = await failure(Channel.open(url));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', message: expect.stringContaining(url.slice('http'.length)) });
  });

  it('is given up when the agent stops while dialling', async () => {
    server = await FakeServer.start();
    const controller = new AbortController();
    const opening = failure(Channel.open(server.url, { signal: controller.signal }));
    controller.abort();
    expect(await opening).toBeInstanceOf(LinkError);
  });
});
