import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TcpTarget } from '@carillon/stack/tcp-proxy';

export interface BalancerOptions {
  readonly targets: readonly TcpTarget[];
  /** A target whose answer to a GET of this path is not 2xx gets no new connections. */
  readonly checkPath: string;
  readonly checkMs: number;
  /** Free port when left out. */
  readonly port?: number;
}

export interface TcpBalancer {
  readonly port: number;
  readonly url: string;
  /** Of the targets, in their order: does the last check say that it takes work? */
  readonly healthy: readonly boolean[];
  close(): Promise<void>;
}

/**
 * A small load balancer for tests, as one stands before the servers of a deployment: round robin over healthy targets,
 * health by HTTP, and the next target when one does not take the connection. It carries bytes and reads none.
 */
export async function startTcpBalancer(options: BalancerOptions): Promise<TcpBalancer> {
  const { targets, checkPath, checkMs } = options;
  const healthy = targets.map(() => false);
  const sockets = new Set<Socket>();
  let turn = 0;
  /** Every target once, the healthy ones first, beginning with the one whose turn it is. */
  const order = () => {
    turn += 1;
    const places = targets.map((_, index) => (index + turn) % targets.length);
    return [...places.filter((place) => healthy[place]), ...places.filter((place) => !healthy[place])];
  };
  const look = () =>
    Promise.all(
      targets.map(async ({ host, port }, place) => {
        healthy[place] = await answers(`http://${host}:${port}${checkPath}`, checkMs * 5);
      }),
    );
  const server = createServer({ pauseOnConnect: true }, (near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    near.once('close', () => sockets.delete(near));
    void firstThatTakes(order().flatMap((place) => targets[place] ?? [])).then((far) => {
      if (!far || near.destroyed) {
        far?.destroy();
        near.resetAndDestroy();
        return;
      }
      far.once('close', () => near.destroySoon());
      near.once('close', () => far.destroySoon());
      near.pipe(far).pipe(near);
    });
  });
  await look();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, checkMs);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    healthy,
    close: async () => {
      clearInterval(timer);
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answers(url: string, limitMs: number): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(limitMs), headers: { connection: 'close' } })).ok;
  } catch {
    return false;
  }
}

async function firstThatTakes(targets: readonly TcpTarget[]): Promise<Socket | undefined> {
  for (const target of targets) {
    const socket = connect({ ...target, noDelay: true });
    const taken = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.on('error', () => undefined);
    if (taken) return socket;
  }
  return undefined;
}
