import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { FakeServer } from '../testing/fake-server.js';
import { linkMemoryAgent } from '../testing/memory-agent.js';
import { makeEvents } from '../testing/samples.js';
import { startSmallProxy } from '../testing/small-proxy.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { makeAuthority, noAuthority } from '../testing/test-authority.js';
import { waitUntil } from '../testing/wait-until.js';
import { Channel } from './channel.js';
import type { Route } from './route.js';

const servers: FakeServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) await server.kill();
});

async function start(options: Parameters<typeof FakeServer.start>[0] = {}): Promise<FakeServer> {
  const server = await FakeServer.start(options);
  servers.push(server);
  return server;
}

const failure = (server: string, route: Route) =>
  Channel.open(server, { route }).then(
    (channel) => {
      channel.close();
      return new Error('it was opened');
    },
    (error: unknown) => error,
  );

describe('a proxy', () => {
  it('carries a whole session, with credentials', async () => {
    const proxy = await startSmallProxy('me:s3:cret');
    const server = await start();
    const route = { proxy: `http://me:${encodeURIComponent('s3:cret')}@${proxy.address}` };
    const agent = linkMemoryAgent(server, { route });
    agent.eventLog.append(makeEvents(3));
    agent.events.pump();
    await waitUntil(() => server.ledger.size === 3, 'the events');
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]);
  });

  it('that wants a sign-in is said, without telling the password', async () => {
    const proxy = await startSmallProxy('me:right');
    const { url } = await start();
    expect(await failure(url, { proxy: `http://me:wrong@${proxy.address}` })).toMatchObject({
      code: 'proxy_407',
      message: expect.stringMatching(/^proxy http:\/\/me:\*\*\*@.*: it answered 407 Proxy Authentication Required/),
    });
  });

  it.each([
    ['cannot reach the server', 'http://127.0.0.1:1', 'proxy_502'],
    ['is no proxy', undefined, 'proxy_'],
  ])('that %s is said', async (_what, target, code) => {
    const proxy = target ? (await startSmallProxy()).url : (await start({ refuse: { status: 404 } })).url;
    const error = await failure(target ?? 'http://127.0.0.1:9', { proxy });
    expect((error as { code: string }).code).toContain(code);
  });

  it('that is gone is said', async () => {
    const error = await failure('http://127.0.0.1:9', { proxy: 'http://127.0.0.1:1' });
    expect(error).toMatchObject({ code: 'proxy_unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('of the environment is used, but not for this machine and not for what NO_PROXY names', async () => {
    const proxy = await startSmallProxy();
    const { port } = await start();
    vi.stubEnv('HTTP_PROXY', proxy.url);
    const channel = await Channel.open(`http://carillon.test:${port}`);
    expect((await channel.next(5_000))?.name).toBe('challenge');
    channel.close();
    expect(proxy.asked).toEqual([`carillon.test:${port}`]);
    (await Channel.open(`http://127.0.0.1:${port}`)).close();
    vi.stubEnv('NO_PROXY', '.test');
    expect(await failure(`http://carillon.test:${port}`, {})).toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI/),
    });
    expect(proxy.asked).toHaveLength(1);
  });
});

describe.skipIf(noAuthority)(`a server's certificate${noAuthority ? ` (skipped: ${noAuthority})` : ''}`, () => {
  it('is checked against an authority of our own, also through a proxy', async () => {
    const { caFile, key, cert } = makeAuthority();
    const proxy = await startSmallProxy();
    const server = await start({ tls: { key, cert }, hostname: 'carillon.test' });
    const agent = linkMemoryAgent(server, { route: { proxy: proxy.url, ca: caFile } });
    agent.eventLog.append(makeEvents(1));
    agent.events.pump();
    await waitUntil(() => server.ledger.size === 1, 'the event');

    expect(await failure(server.url, { proxy: proxy.url })).toMatchObject({
      code: expect.stringMatching(/UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED/),
    });
    // Right authority, wrong name.
    expect(await failure(`https://127.0.0.1:${server.port}`, { ca: caFile })).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('is checked whatever the environment says', async () => {
    const { key, cert } = makeAuthority();
    const server = await start({ tls: { key, cert } });
    // Node warns of it once.
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await failure(server.url, {})).toMatchObject({ code: expect.stringMatching(/UNABLE_TO_VERIFY/) });
  });

  it.each([
    ['is not there', undefined, /ca: cannot read .*missing\.pem \(ENOENT\)/],
    ['holds none', 'no certificate', /ca: expected certificates in PEM form in/],
  ])('file that %s is said', async (_what, text, message) => {
    const ca = join(makeTempFolder(), 'missing.pem');
    if (text) writeFileSync(ca, text);
    expect(await failure('https://127.0.0.1:9', { ca })).toMatchObject({
      code: 'bad_setting',
      message: expect.stringMatching(message),
    });
  });
});

describe.skipIf(noAuthority)("a host's own certificate", () => {
  const first = async (server: string, route: Route) => {
    const channel = await Channel.open(server, { route });
    const message = await channel.next(5_000);
    channel.close();
    return message?.name;
  };

  it('is shown to a server that asks for one, also through a proxy; without it, or with one of another authority, nobody gets in', async () => {
    const { caFile: ca, key, cert, client } = makeAuthority();
    const proxy = (await startSmallProxy()).url;
    const server = await start({ tls: { key, cert, ca: readFileSync(ca) }, hostname: 'carillon.test' });
    expect(await first(server.url, { ca, proxy, ...client })).toBe('challenge');
    // TLS 1.3 tells a refusal after the handshake, so that the socket may end before it is read.
    for (const route of [{}, makeAuthority().client])
      expect(await failure(server.url, { ca, proxy, ...route })).toMatchObject({
        code: expect.stringMatching(/_ALERT_|ECONNRESET|EPIPE/),
      });
  });

  it.skipIf(spawnSync('haproxy', ['-v']).status !== 0)(
    'is asked for by HAProxy as it is shipped, of agents alone',
    async () => {
      const { caFile: ca, key, cert, client } = makeAuthority();
      const proxy = (await startSmallProxy()).url;
      const server = await start();
      const port = await freePort();
      await startHaproxy({ port, ca, pem: Buffer.concat([cert, key]), server: server.port });
      const url = `https://carillon.test:${port}`;
      expect(await first(url, { ca, proxy, ...client })).toBe('challenge');
      expect(await failure(url, { ca, proxy })).toMatchObject({ message: expect.stringContaining('403') });
      expect(await failure(url, { ca, proxy, ...makeAuthority().client })).toMatchObject({
        code: expect.stringMatching(/_ALERT_|ECONNRESET|EPIPE/),
      });
      // A browser has none: it gets as far as the server, which here knows no such page.
      const page = await new Promise<number | undefined>((resolve, reject) => {
        const options = { port, host: '127.0.0.1', servername: 'carillon.test', ca: readFileSync(ca), path: '/' };
        get(options, (answer) => resolve(answer.resume().statusCode)).once('error', reject);
      });
      expect(page).toBe(404);
    },
  );

  it.each([
    ['without its key', { tlsCert: '/nowhere' }, /tlsCert: cannot read \/nowhere \(ENOENT\)/],
    ['that is missing', { tlsKey: '/nowhere' }, /tlsCert: expected a file beside that of the other, got nothing/],
  ])('%s is said', async (_what, route, message) => {
    expect(await failure('https://127.0.0.1:9', route)).toMatchObject({
      code: 'bad_setting',
      message: expect.stringMatching(message),
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** HAProxy with the shipped configuration and its lines for certificates of hosts, until the test ends. */
async function startHaproxy({ port, ca, pem, server }: { port: number; ca: string; pem: Buffer; server: number }) {
  const folder = makeTempFolder();
  const [file, certificate] = [join(folder, 'haproxy.cfg'), join(folder, 'tls.pem')];
  writeFileSync(certificate, pem);
  const shipped = readFileSync(new URL('../../../../docker/haproxy.cfg', import.meta.url), 'utf8');
  const config = shipped
    .replace(/^ +bind .*\n/m, '')
    .replace(/# (bind |http-request deny )/g, '$1')
    .replace(':8443', `127.0.0.1:${port}`)
    .replace('/run/secrets/tls_certificate', certificate)
    .replace('/run/secrets/agents_ca', ca)
    .replace(/maxconn .*/, 'maxconn 100')
    .replace(/server-\d:7070 check/g, `127.0.0.1:${server}`);
  writeFileSync(file, config);
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGTERM')) await ended;
  });
  const reachable = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  await vi.waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
    expect(await reachable()).toBe(true);
  }, 5_000);
}

describe('two addresses', () => {
  it('of which the first is gone: the second at once; and back when the first answers again', async () => {
    const first = await start();
    const { port, agents } = first;
    const second = await start();
    const agent = linkMemoryAgent(first, { more: [second.url], failBackMs: 20 });
    for (const [id, key] of agents) second.agents.set(id, key);
    await (await first.connection(0)).take('hello');
    await first.kill();
    await (await second.connection(0)).take('hello');
    agent.eventLog.append(makeEvents(2));
    agent.events.pump();
    await waitUntil(() => second.ledger.size === 2, 'the events at the second');

    const again = await start({ port });
    for (const [id, key] of agents) again.agents.set(id, key);
    await waitUntil(() => again.connections.some((each) => each.bodies('hello').length > 0), 'the first again');
    await waitUntil(() => second.connections[0]?.closeCode, 'the end at the second');
    expect(agent.told.map(({ message, facts }) => [message, facts?.why])).toContainEqual([
      'goes to another address of the server',
      expect.stringContaining('closed with 1000'),
    ]);
    agent.eventLog.append(makeEvents(1));
    agent.events.pump();
    await waitUntil(() => again.ledger.size === 1, 'the event at the first');
  });

  it('a refusal by the centre is not argued with at the other', async () => {
    const refusing = await start({
      script: (connection) => {
        connection.send('reject', { code: 'revoked', message: 'this host was revoked' });
        return true;
      },
    });
    const second = await start();
    const agent = linkMemoryAgent(refusing, { more: [second.url] });
    const { facts } = await waitUntil(
      () => agent.told.find(({ message }) => message.includes('not connected')),
      'a word',
    );
    expect(facts).toMatchObject({ why: expect.stringContaining('revoked'), nextTryInMs: 300_000 });
    expect(second.connections).toHaveLength(0);
  });
});
