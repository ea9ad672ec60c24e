import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readRunning } from '@carillon/stack/data-folder';
import type { AgentRow } from './agent-row.js';
import type { PrivateStack } from './private-stack.js';

/** A proxy on the loopback that counts what goes through its tunnels, both ways. */
interface CountingProxy {
  readonly url: string;
  readonly bytes: number;
  close(): void;
}

const pollMs = 10_000;
const connectedMs = 60_000;

/**
 * Sends a stack's agent through a counting proxy, beside a poller of the same server: bytes on the wire above TCP.
 * @returns `row` gives the figures of the time since `start`
 */
export async function watchWire(stack: PrivateStack, signal: AbortSignal) {
  const proxy = await startCountingProxy();
  await sendThrough(stack, proxy, signal);
  const poller = startPoller(stack.url);
  let before = { agent: 0, poller: 0, ms: 0 };
  const now = () => ({ agent: proxy.bytes, poller: poller.bytes(), ms: performance.now() });
  return {
    start: () => {
      before = now();
    },
    row: (): AgentRow => {
      const after = now();
      const minutes = (after.ms - before.ms) / 60_000;
      return {
        name: 'network of an idle agent, both ways',
        unit: 'bytes a minute',
        value: (after.agent - before.agent) / minutes,
        limit: 2_048,
        baseline: { name: 'one small HTTP request every 10 s', value: (after.poller - before.poller) / minutes },
        peers: 'not known',
      };
    },
    stop: () => {
      poller.stop();
      proxy.close();
    },
  };
}

/** Started again by its supervisor, the agent reads the setting. */
async function sendThrough({ folder }: PrivateStack, proxy: CountingProxy, signal: AbortSignal): Promise<void> {
  const settings = join(folder.agent, 'agent.json');
  writeFileSync(settings, JSON.stringify({ ...JSON.parse(readFileSync(settings, 'utf8')), proxy: proxy.url }));
  const pid = readRunning(folder)?.agentPid;
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + connectedMs;
  while (proxy.bytes === 0) {
    if (Date.now() > deadline)
      throw new Error(`the agent did not come through the proxy within ${connectedMs / 1_000} s`);
    await wait(100, undefined, { signal });
  }
}

async function startCountingProxy(): Promise<CountingProxy> {
  let bytes = 0;
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket, head) => {
    const [host = '', port] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      client.pipe(target).pipe(client);
    });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      socket.on('error', () => other.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bytes() {
      return bytes;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function startPoller(url: string) {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const ask = () =>
    get(`${url}/healthz`, { agent }, (response) => response.resume())
      .on('socket', (socket) => sockets.add(socket))
      .on('error', () => undefined);
  ask();
  const timer = setInterval(ask, pollMs);
  return {
    bytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, 0),
    stop: () => {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
