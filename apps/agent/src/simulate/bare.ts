import type { AddressInfo } from 'node:net';
import type { BareOrder, BareReport } from '@carillon/contract/fleet/messages';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * A WebSocket server that does nothing else, or many clients of it: what connections, broadcasts and bursts cost without
 * a product around them. Told and telling over IPC, and gone with whoever started it.
 */
const sockets: WebSocket[] = [];
const connectingAtOnce = 100;

function report(message: BareReport): void {
  if (process.connected) process.send?.(message);
}

function serve(): void {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 4_096 });
  server.on('error', (error) => report({ kind: 'failed', message: error.message }));
  server.on('listening', () => report({ kind: 'listening', port: (server.address() as AddressInfo).port }));
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('message', (data) => answer(socket, data.toString()));
  });
}

/** `ask` gets `answer` back; what is anything else is read and let go. */
function answer(socket: WebSocket, text: string): void {
  const message = JSON.parse(text) as { kind: string };
  if (message.kind === 'ask') socket.send('{"kind":"answer"}');
}

async function connectAll(order: Extract<BareOrder, { kind: 'connect' }>): Promise<void> {
  const startedMs = performance.now();
  let left = order.sockets;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await connect(order);
    }
  };
  await Promise.all(Array.from({ length: connectingAtOnce }, one));
  report({ kind: 'connected', ms: performance.now() - startedMs });
}

function connect({ url, beatMs, beatBytes }: Extract<BareOrder, { kind: 'connect' }>): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.once('open', () => {
      sockets.push(socket);
      socket.on('message', (data) => answer(socket, data.toString()));
      setInterval(() => socket.send(messageOf('beat', beatBytes)), beatMs * (0.8 + 0.4 * Math.random()));
      resolve();
    });
  });
}

/** Asks every socket at once, and reports how long each took to answer. */
async function askAll(bytes: number): Promise<void> {
  const startedMs = performance.now();
  const text = messageOf('ask', bytes);
  const answered = sockets.map(
    (socket) =>
      new Promise<number>((resolve) => {
        socket.once('message', () => resolve(performance.now() - startedMs));
        socket.send(text);
      }),
  );
  report({ kind: 'answered', ms: await Promise.all(answered) });
}

function messageOf(kind: string, bytes: number): string {
  const empty = JSON.stringify({ kind, text: '' }).length;
  return JSON.stringify({ kind, text: 'x'.repeat(Math.max(0, bytes - empty)) });
}

async function obey(order: BareOrder): Promise<void> {
  if (order.kind === 'serve') serve();
  else if (order.kind === 'connect') await connectAll(order);
  else await askAll(order.bytes);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (order: BareOrder) => {
  obey(order).catch((error: unknown) => report({ kind: 'failed', message: String(error) }));
});
process.once('disconnect', () => process.exit(0));
