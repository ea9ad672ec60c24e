import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

let proxy: TcpProxy;
let atTarget: { socket: Socket; heard: () => string; ended: () => boolean; failed: () => string | undefined }[];
const undo: (() => unknown)[] = [];

function listen(socket: Socket) {
  let text = '';
  let ended = false;
  let failed: string | undefined;
  socket.on('data', (bytes) => {
    text += bytes.toString('utf8');
  });
  socket.on('end', () => {
    ended = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failed = error.code;
  });
  return { socket, heard: () => text, ended: () => ended, failed: () => failed };
}

beforeEach(async () => {
  atTarget = [];
  const target = createServer((socket) => {
    atTarget.push(listen(socket));
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  proxy = await startTcpProxy({ host: '127.0.0.1', port: (target.address() as AddressInfo).port });
  undo.push(() => target.close());
});
afterEach(async () => {
  await proxy.close();
  for (const { socket } of atTarget) socket.destroy();
  for (const step of undo.splice(0).reverse()) step();
});

async function dial() {
  const socket = connect(proxy.port, '127.0.0.1');
  undo.push(() => socket.destroy());
  const client = listen(socket);
  await once(socket, 'connect');
  return client;
}

/** A client and what the target holds of it, after a word each way. */
async function talk() {
  const before = atTarget.length;
  const client = await dial();
  client.socket.write('hello');
  const server = await vi.waitFor(() => {
    expect(atTarget[before]?.heard()).toBe('hello');
    return atTarget[before];
  });
  if (!server) throw new Error('no connection arrived');
  server.socket.write('welcome');
  await vi.waitFor(() => expect(client.heard()).toBe('welcome'));
  return { client, server };
}

describe('the TCP proxy', () => {
  it('carries both ways, counts, and passes a good end on', async () => {
    const { client, server } = await talk();
    expect([proxy.open, proxy.taken, proxy.carried]).toEqual([1, 1, 12]);
    client.socket.end();
    await vi.waitFor(() => expect(server.ended()).toBe(true));
    await vi.waitFor(() => expect(proxy.open).toBe(0));
    expect([client.failed(), server.failed()]).toEqual([undefined, undefined]);
  });

  it('carries more than the buffers of the sockets hold', async () => {
    const { client, server } = await talk();
    client.socket.write('x'.repeat(8 * 1024 * 1024));
    await vi.waitFor(() => expect(server.heard()).toHaveLength(8 * 1024 * 1024 + 5), 10_000);
  });

  it('cuts: both sides see an end, and new connections pass', async () => {
    const { client, server } = await talk();
    proxy.cut();
    await vi.waitFor(() => expect([client.ended(), server.ended()]).toEqual([true, true]));
    expect([client.failed(), server.failed()]).toEqual([undefined, undefined]);
    await talk();
  });

  it('resets: both sides see an error', async () => {
    const { client, server } = await talk();
    proxy.reset();
    await vi.waitFor(() => expect([client.failed(), server.failed()]).toEqual(['ECONNRESET', 'ECONNRESET']));
    await talk();
  });

  it('swallows: nothing arrives, no close either, until a reset; new connections pass', async () => {
    const { client, server } = await talk();
    proxy.swallow();
    client.socket.write('lost');
    server.socket.end('lost too');
    await talk();
    expect([client.heard(), server.heard(), client.ended(), server.ended()]).toEqual([
      'welcome',
      'hello',
      false,
      false,
    ]);
    expect([client.failed(), server.failed()]).toEqual([undefined, undefined]);
    proxy.heal();
    client.socket.write('still lost');
    await talk();
    expect(server.heard()).toBe('hello');
    proxy.reset();
    await vi.waitFor(() => expect(client.failed()).toBe('ECONNRESET'));
  });

  it('swallows what comes, when asked to', async () => {
    proxy.swallow('forever');
    const client = await dial();
    client.socket.write('anybody?');
    await vi.waitFor(() => expect(proxy.open).toBe(1));
    proxy.heal();
    await talk();
    expect([client.heard(), client.ended(), atTarget.map(({ heard }) => heard())]).toEqual(['', false, ['hello']]);
  });

  it('refuses, and heals', async () => {
    const { client } = await talk();
    proxy.refuse();
    const refused = listen(connect(proxy.port, '127.0.0.1'));
    await vi.waitFor(() => expect(refused.failed()).toBe('ECONNRESET'));
    expect(client.failed()).toBeUndefined();
    proxy.heal();
    await talk();
  });

  it('aims new connections elsewhere', async () => {
    const { client } = await talk();
    const other = createServer((socket) => void socket.end('other'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    undo.push(() => other.close());
    proxy.aim({ host: '127.0.0.1', port: (other.address() as AddressInfo).port });
    const elsewhere = await dial();
    await vi.waitFor(() => expect(elsewhere.heard()).toBe('other'));
    expect(client.ended()).toBe(false);
  });

  it('is as slow as asked, and loses nothing', async () => {
    const { client, server } = await talk();
    proxy.slow({ bytesPerSecond: 50_000 });
    const startedMs = performance.now();
    client.socket.write('y'.repeat(10_000));
    await vi.waitFor(() => expect(server.heard()).toHaveLength(10_005), 5_000);
    // The last piece arrives before its own time is over.
    expect(performance.now() - startedMs).toBeGreaterThan(150);
    proxy.heal();
    client.socket.write('z'.repeat(1_000_000));
    await vi.waitFor(() => expect(server.heard()).toHaveLength(1_010_005), 5_000);
  });

  it('is as late as asked, and keeps the order', async () => {
    const { client, server } = await talk();
    proxy.slow({ bytesPerSecond: 1_000_000, delayMs: 100 });
    const startedMs = performance.now();
    client.socket.write('first');
    await vi.waitFor(() => expect(server.heard()).toBe('hellofirst'));
    expect(performance.now() - startedMs).toBeGreaterThan(95);
    server.socket.write('a');
    client.socket.write('second');
    client.socket.end('third');
    await vi.waitFor(() => expect([server.heard(), server.ended()]).toEqual(['hellofirstsecondthird', true]));
    expect(client.heard()).toBe('welcomea');
  });

  it('resets the client when nobody listens behind it', async () => {
    const nobody = await startTcpProxy({ host: '127.0.0.1', port: 1 });
    undo.push(() => nobody.close());
    const client = listen(connect(nobody.port, '127.0.0.1'));
    undo.push(() => client.socket.destroy());
    await vi.waitFor(() => expect(client.failed()).toBe('ECONNRESET'));
  });
});
