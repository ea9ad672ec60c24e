import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startTcpBalancer } from './tcp-balancer.js';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Says its name; its health can be switched. */
async function startTarget(name: string) {
  let ready = true;
  const server: Server = createServer((request, response) => {
    if (request.url === '/readyz') response.writeHead(ready ? 200 : 503).end();
    else response.end(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  undo.push(close);
  const { port } = server.address() as AddressInfo;
  return {
    target: { host: '127.0.0.1', port },
    close,
    setReady: (value: boolean) => {
      ready = value;
    },
  };
}

async function start() {
  const one = await startTarget('one');
  const two = await startTarget('two');
  const balancer = await startTcpBalancer({ targets: [one.target, two.target], checkPath: '/readyz', checkMs: 20 });
  undo.push(() => balancer.close());
  const ask = async () => (await fetch(balancer.url, { headers: { connection: 'close' } })).text();
  const answers = async () => (await Promise.all(Array.from({ length: 6 }, ask))).sort().join(' ');
  return { one, two, balancer, answers };
}

describe('the TCP balancer', () => {
  it('gives every target its turn', async () => {
    const { answers } = await start();
    expect(await answers()).toBe('one one one two two two');
  });

  it('sends nothing new to a target that is not ready, and comes back to it', async () => {
    const { one, balancer, answers } = await start();
    one.setReady(false);
    await vi.waitFor(() => expect(balancer.healthy).toEqual([false, true]));
    expect(await answers()).toBe('two two two two two two');
    one.setReady(true);
    await vi.waitFor(() => expect(balancer.healthy).toEqual([true, true]));
    expect(await answers()).toBe('one one one two two two');
  });

  it('goes to the next when one takes no connection, before any check noticed', async () => {
    const { one, answers } = await start();
    one.close();
    expect(await answers()).toBe('two two two two two two');
  });

  it('resets the caller when there is none', async () => {
    const { one, two, answers } = await start();
    one.close();
    two.close();
    await expect(answers()).rejects.toThrow('fetch failed');
  });
});
