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
  /** How much later a burst of bytes sets out, as on a long way; what is sent meanwhile waits behind it. */
  readonly delayMs?: number;
}

/** A wire that a test or a drill can damage. Faults hit what is open at that moment; `swallowing`, `refusing` and pace also hit what comes. */
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
    // A socket tells its end as soon as it is read, though what came before is still on its way through here.
    let isBusy = false;
    let afterwards: (() => void) | undefined;
    const whenPassed = (act: () => void) => {
      if (isBusy) afterwards = act;
      else act();
    };
    const passed = () => {
      isBusy = false;
      if (afterwards) afterwards();
      else from.resume();
    };
    from.on('data', (bytes: Buffer) => {
      if (this.swallowed) return;
      isBusy = true;
      this.take(bytes, from, to, { shared, passed });
    });
    from.on('end', () => {
      if (!this.swallowed) whenPassed(() => to.end());
    });
    from.on('close', (hadError) => {
      if (this.swallowed || to.destroyed) return;
      if (hadError) to.resetAndDestroy();
      else whenPassed(() => to.destroySoon());
    });
  }

  private take(bytes: Buffer, from: Socket, to: Socket, way: Way): void {
    const delayMs = way.shared.pace?.delayMs ?? 0;
    if (delayMs === 0) {
      this.pass(bytes, from, to, way);
      return;
    }
    from.pause();
    setTimeout(() => {
      if (!this.swallowed && !to.destroyed) this.pass(bytes, from, to, way);
    }, delayMs);
  }

  private pass(bytes: Buffer, from: Socket, to: Socket, way: Way): void {
    const { pace } = way.shared;
    const now = pace ? bytes.subarray(0, pieceBytes) : bytes;
    way.shared.carried += now.length;
    const room = to.write(now);
    if (!pace) {
      if (room) way.passed();
      else {
        from.pause();
        to.once('drain', way.passed);
      }
      return;
    }
    from.pause();
    const rest = bytes.subarray(now.length);
    setTimeout(
      () => {
        if (this.swallowed || to.destroyed) return;
        if (rest.length > 0) this.pass(rest, from, to, way);
        else way.passed();
      },
      (now.length / pace.bytesPerSecond) * 1_000,
    );
  }
}

/** Of one direction. */
interface Way {
  readonly shared: Shared;
  /** What came is handed over. */
  readonly passed: () => void;
}
