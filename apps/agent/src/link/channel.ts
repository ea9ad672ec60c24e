import { randomUUID } from 'node:crypto';
import type { AgentMessage, Body } from '@carillon/contract/agent/catalog';
import { decodeMessage, encodeMessage, type Incoming } from '@carillon/contract/agent/codec';
import { agentPath, agentSubprotocol } from '@carillon/contract/agent/envelope';
import { limits } from '@carillon/contract/limits';
import { withoutPassword } from '@carillon/core/link/proxy';
import { WebSocket } from 'ws';
import { LinkError } from './link-error.js';
import { findPassage, type Route } from './route.js';

export type FromServer = Incoming<'server-to-agent'>;

const handshakeMs = 15_000;

export interface OpenOptions {
  readonly route?: Route;
  readonly signal?: AbortSignal | undefined;
}

/** One WebSocket to the server as typed messages. Until `onMessage` takes over, messages wait for `next`. */
export class Channel {
  private readonly queue: FromServer[] = [];
  private waiter: ((message: FromServer | undefined) => void) | undefined;
  private handler: ((message: FromServer) => void) | undefined;
  private lastHeardMs = Date.now();
  /** Resolves when the socket is closed, with why. */
  readonly closed: Promise<string>;

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve(`closed with ${code}${reason.length > 0 ? ` ${reason.toString('utf8').slice(0, 200)}` : ''}`);
        this.waiter?.(undefined);
      });
    });
    socket.on('error', () => undefined);
    socket.on('pong', () => this.heard());
    socket.on('ping', () => this.heard());
    socket.on('message', (data, isBinary) => {
      this.heard();
      if (!isBinary) this.receive(data.toString());
    });
  }

  /** @throws LinkError when the server cannot be reached or refuses the handshake */
  static async open(server: string, { route = {}, signal }: OpenOptions = {}): Promise<Channel> {
    const { socketOptions, proxy } = await findPassage(new URL(server), route, {
      timeoutMs: handshakeMs,
      signal,
    }).catch((error: unknown) => {
      throw error instanceof LinkError ? error : new LinkError(String(error), 'bad_setting');
    });
    if (signal?.aborted) throw new LinkError(`${server}: given up, the agent stops`, 'stopped');
    const url = new URL(agentPath, server);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const through = proxy.kind === 'proxy' ? ` (through the proxy ${withoutPassword(proxy.url)})` : '';
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, [agentSubprotocol], {
        ...socketOptions,
        perMessageDeflate: false,
        maxPayload: limits.maxPayloadBytes,
        handshakeTimeout: handshakeMs,
        followRedirects: false,
      });
      const channel = new Channel(socket);
      const abort = () => socket.terminate();
      signal?.addEventListener('abort', abort, { once: true });
      socket.once('open', () => {
        signal?.removeEventListener('abort', abort);
        resolve(channel);
      });
      socket.once('unexpected-response', (_request, response) => {
        const seconds = Number(response.headers['retry-after']);
        socket.terminate();
        reject(
          new LinkError(
            `${url}: the server answered ${response.statusCode}${through}`,
            `http_${response.statusCode}`,
            seconds > 0 ? seconds * 1_000 : undefined,
          ),
        );
      });
      socket.once('error', (error: NodeJS.ErrnoException) =>
        reject(new LinkError(`${url}: ${error.message || error.code}${through}`, error.code ?? 'unreachable')),
      );
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** How long nothing at all came from the server. */
  get silentMs(): number {
    return Date.now() - this.lastHeardMs;
  }

  /** @returns the message's id, which answers name */
  send<N extends AgentMessage>(name: N, body: Body<N>, re?: string): string {
    const id = randomUUID();
    if (this.isOpen) this.socket.send(encodeMessage(name, body, { id, atMs: Date.now(), re }));
    return id;
  }

  sendBinary(frame: Buffer): void {
    if (this.isOpen) this.socket.send(frame);
  }

  ping(): void {
    if (this.isOpen) this.socket.ping();
  }

  /** The next message, or undefined when the socket closes or `limitMs` passes first. For the handshake only. */
  next(limitMs: number): Promise<FromServer | undefined> {
    const waiting = this.queue.shift();
    if (waiting || !this.isOpen) return Promise.resolve(waiting);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.waiter?.(undefined), limitMs);
      this.waiter = (message) => {
        clearTimeout(timer);
        this.waiter = undefined;
        resolve(message);
      };
    });
  }

  onMessage(handler: (message: FromServer) => void): void {
    this.handler = handler;
    for (const message of this.queue.splice(0)) handler(message);
  }

  close(code = 1000, reason = ''): void {
    this.socket.close(code, reason);
    // A peer that does not answer the close must not hold us up.
    const hard = setTimeout(() => this.socket.terminate(), 2_000);
    hard.unref();
  }

  terminate(): void {
    this.socket.terminate();
  }

  private heard(): void {
    this.lastHeardMs = Date.now();
  }

  private receive(text: string): void {
    const decoded = decodeMessage(text, 'server-to-agent');
    // What a newer server says and we do not know is ignored, never guessed.
    if (decoded.kind === 'unsupported') return;
    if (decoded.kind === 'bad') {
      this.close(1002, decoded.message.slice(0, 100));
      return;
    }
    if (this.handler) this.handler(decoded);
    else if (this.waiter) this.waiter(decoded);
    else this.queue.push(decoded);
  }
}
