import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where bytes go. */
export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

export interface ProxyPace {
  /** Each direction of each connection by itself. */
  readonly bytesPerSecond: number;
}

/** A wire that a test can damage. Faults hit what is open at that moment; `swallowing`, `refusing` and pace also hit what comes. */
export interface TcpProxy {
  readonly port: number;
  readonly url: string;
  /** Connections that are open now, swallowed ones too. */
  readonly open: number;
  /** Connections that were ever taken. */
  readonly taken: number;
  /** Bytes that were carried in either direction. */
  readonly carried: number;
  /** Ends every connection in good order (FIN both ways), as a process that ends does. */
  cut(): void;
  /** Ends every connection at once (RST), as a crashed machine that comes back does. */
  reset(): void;
  /**
   * Half-open: from now on nothing of these connections arrives, no close either, and neither side is told. They stay
   * so until `reset`, since bytes are missing in them; with `forever`, connections that come are swallowed too.
   */
  swallow(forever?: 'forever'): void;
  /** New connections go there from now on. */
  aim(target: TcpTarget): void;
  /** New connections are reset as soon as they come. */
  refuse(): void;
  /** New connections are carried again, at full pace. Does not bring back what was swallowed. */
  heal(): void;
  /** Carries at most so much, from the next piece on. */
  slow(pace: ProxyPace): void;
  close(): Promise<void>;
}

type Mode = 'carry' | 'swallow' | 'refuse';

/** A piece is passed on whole, so this is how finely a pace is kept. */
const pieceBytes = 1_024;

/** Starts a proxy on a free port of 127.0.0.1 that carries bytes to the target and back. */
export async function startTcpProxy(firstTarget: TcpTarget): Promise<TcpProxy> {
  let target = firstTarget;
  const wires = new Set<Wire>();
  let mode: Mode = 'carry';
  const shared: Shared = { pace: undefined, carried: 0 };
  let taken = 0;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    taken += 1;
    if (mode === 'refuse') {
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    const wire = new Wire(near, () => wires.delete(wire));
    wires.add(wire);
    if (mode === 'swallow') wire.swallow();
    else wire.join(target, shared);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get open() {
      return wires.size;
    },
    get taken() {
      return taken;
    },
    get carried() {
      return shared.carried;
    },
    cut: () => {
      for (const wire of wires) wire.end();
    },
    reset: () => {
      for (const wire of wires) wire.reset();
    },
    swallow: (forever) => {
      for (const wire of wires) wire.swallow();
      if (forever) mode = 'swallow';
    },
    aim: (next) => {
      target = next;
    },
    refuse: () => {
      mode = 'refuse';
    },
    heal: () => {
      mode = 'carry';
      shared.pace = undefined;
    },
    slow: (pace) => {
      shared.pace = pace;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const wire of wires) wire.reset();
      await closed;
    },
  };
}

interface Shared {
  pace: ProxyPace | undefined;
  carried: number;
}

/** One connection: the socket that came, and ours to the target. */
class Wire {
  private readonly sockets: Socket[];
  private swallowed = false;

  constructor(
    private readonly near: Socket,
    private readonly gone: () => void,
  ) {
    this.sockets = [near];
    near.setNoDelay(true);
    near.on('error', () => undefined);
    near.on('close', () => this.closed());
  }

  /** Goes on to the target; a wire that is swallowed as it comes has no other end. */
  join(target: TcpTarget, shared: Shared): void {
    const far = connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.sockets.push(far);
    far.on('error', () => undefined);
    far.on('close', () => this.closed());
    this.carry(this.near, far, shared);
    this.carry(far, this.near, shared);
  }

  /** Reads on, so that senders see no full window: their bytes go nowhere. */
  swallow(): void {
    this.swallowed = true;
    for (const socket of this.sockets) socket.resume();
  }

  end(): void {
    for (const socket of this.sockets) socket.end(() => socket.destroySoon());
    // A peer that does not close its own half must not keep the wire.
    for (const socket of this.sockets) socket.resume();
  }

  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  private closed(): void {
    if (this.sockets.every((socket) => socket.destroyed)) this.gone();
  }

  private carry(from: Socket, to: Socket, shared: Shared): void {
    from.on('data', (bytes: Buffer) => {
      if (!this.swallowed) this.pass(bytes, from, to, shared);
    });
    from.on('end', () => {
      if (!this.swallowed) to.end();
    });
    from.on('close', (hadError) => {
      if (!this.swallowed && !to.destroyed) hadError ? to.resetAndDestroy() : to.destroySoon();
    });
  }

  private pass(bytes: Buffer, from: Socket, to: Socket, shared: Shared): void {
    const { pace } = shared;
    const now = pace ? bytes.subarray(0, pieceBytes) : bytes;
    shared.carried += now.length;
    const room = to.write(now);
    if (!pace) {
      if (room) return;
      from.pause();
      to.once('drain', () => from.resume());
      return;
    }
    from.pause();
    const rest = bytes.subarray(now.length);
    setTimeout(
      () => {
        if (this.swallowed || to.destroyed) return;
        if (rest.length > 0) this.pass(rest, from, to, shared);
        else from.resume();
      },
      (now.length / pace.bytesPerSecond) * 1_000,
    );
  }
}
