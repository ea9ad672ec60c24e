import { EventEmitter } from 'node:events';
import { type Process, type World, world } from './world.js';

type Frame =
  | { readonly kind: 'data'; readonly data: Buffer; readonly isBinary: boolean }
  | { readonly kind: 'ping' | 'pong' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: Buffer }
  /** The other end is gone without a close frame. */
  | { readonly kind: 'reset' };

const closeLimitMs = 30_000;
const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

/** One end of a connection, with the face of a `ws` WebSocket. */
export class End extends EventEmitter {
  static readonly OPEN = states.OPEN;
  readonly OPEN = states.OPEN;
  readyState = states.CONNECTING;
  isPaused = false;
  readonly bufferedAmount = 0;
  wire: Wire | undefined;
  private held: Frame[] = [];
  private sentClose = false;

  constructor(
    readonly owner: Process | undefined,
    readonly side: 'agent' | 'server',
  ) {
    super();
  }

  send(data: string | Uint8Array): void {
    if (this.readyState !== states.OPEN) return;
    const isBinary = typeof data !== 'string';
    this.put({
      kind: 'data',
      data: typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data),
      isBinary,
    });
  }

  ping(): void {
    if (this.readyState === states.OPEN) this.put({ kind: 'ping' });
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState >= states.CLOSING) return;
    if (this.readyState === states.CONNECTING) {
      this.terminate();
      return;
    }
    this.readyState = states.CLOSING;
    this.sentClose = true;
    this.put({ kind: 'close', code, reason: Buffer.from(reason) });
    world().after(closeLimitMs, this.owner, () => this.ended(1006, ''));
  }

  terminate(): void {
    if (this.readyState === states.CLOSED) return;
    this.put({ kind: 'reset' });
    const wasConnecting = this.readyState === states.CONNECTING;
    if (!wasConnecting) this.readyState = states.CLOSING;
    world().after(0, this.owner, () => this.ended(1006, ''));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    if (this.held.length > 0) world().after(0, this.owner, () => this.release());
  }

  /** What comes out of the wire. */
  take(frame: Frame): void {
    if (this.readyState === states.CLOSED) return;
    if (this.isPaused && frame.kind !== 'reset') this.held.push(frame);
    else this.handle(frame);
  }

  opened(): void {
    if (this.readyState !== states.CONNECTING) return;
    this.readyState = states.OPEN;
    this.emit('open');
  }

  ended(code: number, reason: string): void {
    if (this.readyState === states.CLOSED) return;
    const wasConnecting = this.readyState === states.CONNECTING;
    this.readyState = states.CLOSED;
    if (wasConnecting) this.emit('error', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    this.emit('close', code, Buffer.from(reason));
  }

  private release(): void {
    while (!this.isPaused && this.held.length > 0) this.handle(this.held.shift() as Frame);
  }

  private handle(frame: Frame): void {
    switch (frame.kind) {
      case 'data':
        this.emit('message', frame.data, frame.isBinary);
        return;
      case 'ping':
        this.emit('ping');
        this.put({ kind: 'pong' });
        return;
      case 'pong':
        this.emit('pong');
        return;
      case 'close': {
        if (!this.sentClose) this.put({ kind: 'close', code: frame.code, reason: frame.reason });
        this.sentClose = true;
        this.readyState = states.CLOSING;
        this.ended(frame.code, frame.reason.toString());
        return;
      }
      case 'reset':
        this.ended(1006, '');
        return;
    }
  }

  private put(frame: Frame): void {
    if (this.owner?.alive !== false) this.wire?.carry(this, frame);
  }
}

/** A connection: each direction keeps its order, and what is cut off behind some frame is cut off for good. */
export class Wire {
  /** Frames on their way are dropped from here on, in one direction or both. */
  private readonly deaf = new Set<End>();
  private readonly lastMs = new Map<End, number>();
  slowMs: number;

  constructor(
    private readonly here: World,
    readonly agent: End,
    readonly server: End,
    readonly note: (from: End, frame: Frame) => void,
  ) {
    this.slowMs = here.random.chance(0.1) ? here.random.between(0, 3_000) : here.random.between(0.2, 40);
    agent.wire = this;
    server.wire = this;
  }

  get isOpen(): boolean {
    return this.agent.readyState === states.OPEN || this.server.readyState === states.OPEN;
  }

  /** The agent learns that it is connected, before anything else comes to it. */
  open(): void {
    this.lastMs.set(this.agent, this.here.trueMs + this.slowMs);
    this.here.after(this.slowMs, this.agent.owner, () => this.agent.opened());
  }

  carry(from: End, frame: Frame): void {
    this.note(from, frame);
    const to = from === this.agent ? this.server : this.agent;
    const { random } = this.here;
    const dueMs = this.here.trueMs + this.slowMs * random.between(0.5, 1.5);
    const atMs = Math.max(dueMs, this.lastMs.get(to) ?? 0);
    this.lastMs.set(to, atMs);
    this.here.after(atMs - this.here.trueMs, to.owner, () => {
      if (!this.deaf.has(to)) to.take(frame);
    });
  }

  /** Nothing comes through to this end any more; it is not told. */
  deafen(end: End): void {
    this.deaf.add(end);
  }

  /** Cut: what is under way is lost, and each end is told or not. */
  cut(told: { agent: boolean; server: boolean }): void {
    for (const [end, isTold] of [
      [this.agent, told.agent],
      [this.server, told.server],
    ] as const) {
      this.deafen(end);
      if (isTold) this.here.after(this.here.random.between(0, 50), end.owner, () => end.ended(1006, ''));
    }
  }

  /** The process of one end is gone; the other end hears of it behind what was sent before, unless the wire is dead. */
  lost(end: End): void {
    const other = end === this.agent ? this.server : this.agent;
    end.readyState = states.CLOSED;
    const atMs = Math.max(this.here.trueMs + this.slowMs, this.lastMs.get(other) ?? 0);
    this.here.after(atMs - this.here.trueMs, other.owner, () => {
      if (!this.deaf.has(other)) other.take({ kind: 'reset' });
    });
  }
}

/** An HTTP answer instead of a WebSocket. */
class RefusableSocket extends EventEmitter {
  constructor(private readonly refused: (answer: string) => void) {
    super();
  }

  end(answer: string): void {
    this.refused(answer);
    this.emit('finish');
  }

  destroy(): void {
    this.emit('close');
  }
}

export interface Listener {
  readonly process: Process;
  /** Where the gateway is attached to. */
  readonly http: EventEmitter;
}

/** All connections of a simulation, behind one address. */
export class Network {
  readonly wires = new Set<Wire>();
  readonly listeners = new Set<Listener>();
  /** Connections that cannot be made at this time. */
  isDown: (agent: Process) => boolean = () => false;
  note: (wire: Wire, from: End, frame: Frame) => void = () => undefined;

  constructor(private readonly here: World) {}

  /** Dials: one of the servers that listen, as a balancer picks it. */
  dial(agent: End, url: URL, handshakeMs: number): void {
    const { here } = this;
    const { owner } = agent;
    const fail = (ms: number, message: string) =>
      here.after(ms, owner, () => {
        if (agent.readyState !== states.CONNECTING) return;
        agent.readyState = states.CLOSED;
        agent.emit('error', Object.assign(new Error(message), { code: message }));
        agent.emit('close', 1006, Buffer.alloc(0));
      });
    if (owner && this.isDown(owner)) return void fail(handshakeMs, 'ETIMEDOUT');
    here.after(here.random.between(0.5, 30), undefined, () => {
      if (owner?.alive === false) return;
      const open = [...this.listeners].filter(({ process }) => process.alive);
      if (open.length === 0) return void fail(1, 'ECONNREFUSED');
      const listener = here.random.pick(open);
      here.after(0, listener.process, () => this.upgrade(agent, url, listener, fail));
      fail(handshakeMs, 'ETIMEDOUT');
    });
  }

  /** Called by the WebSocketServer of the process that is running. */
  accept(request: { agent: End }): End {
    const server = new End(this.here.current, 'server');
    const wire = new Wire(this.here, request.agent, server, (from, frame) => this.note(wire, from, frame));
    this.wires.add(wire);
    server.readyState = states.OPEN;
    for (const end of [wire.agent, server])
      end.on('close', () => {
        if (wire.agent.readyState === states.CLOSED && server.readyState === states.CLOSED) this.wires.delete(wire);
      });
    wire.open();
    return server;
  }

  /** A process is dead: its ends are. */
  died(process: Process): void {
    for (const wire of this.wires)
      for (const end of [wire.agent, wire.server]) if (end.owner === process) wire.lost(end);
  }

  private upgrade(agent: End, url: URL, { http }: Listener, fail: (ms: number, message: string) => void): void {
    const refused = (answer: string) => {
      const [, status = '500'] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
      const [, retryAfter] = /^Retry-After: (\d+)/m.exec(answer) ?? [];
      this.here.after(5, agent.owner, () => {
        if (agent.readyState !== states.CONNECTING) return;
        agent.emit('unexpected-response', {}, { statusCode: Number(status), headers: { 'retry-after': retryAfter } });
      });
    };
    const socket = new RefusableSocket(refused);
    const request = {
      url: url.pathname,
      headers: { host: url.host, 'sec-websocket-protocol': 'carillon.agent.v1' },
      socket: { remoteAddress: '192.0.2.1' },
      agent,
    };
    if (!http.emit('upgrade', request, socket, Buffer.alloc(0))) fail(1, 'ECONNREFUSED');
  }
}
