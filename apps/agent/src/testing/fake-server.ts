import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { decodeMessage, encodeMessage, type Incoming } from '@carillon/contract/agent/codec';
import { agentPath, agentSubprotocol } from '@carillon/contract/agent/envelope';
import { decodeLogFrame, type LogChunk } from '@carillon/contract/agent/log-frame';
import { enrollText, helloText } from '@carillon/contract/agent/signed-texts';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { verifyText } from '@carillon/core/desired/signing';
import { type WebSocket, WebSocketServer } from 'ws';
import { newId } from '../lib/new-id.js';
import { signer } from './samples.js';
import { waitUntil } from './wait-until.js';

export type FromAgent = Incoming<'agent-to-server'>;

/** What a test has the server do instead of what it would do. `true`: done, go no further. */
export type Script = (connection: FakeConnection, message: FromAgent) => boolean;

export interface FakeServerOptions {
  readonly port?: number;
  /** Origin in the challenge when it is not the true one. */
  readonly origin?: string;
  /** Answers the handshake with this status instead of a WebSocket. */
  readonly refuse?: { readonly status: number; readonly retryAfter?: string };
  /** Serves TLS; with `ca` to those alone who show a certificate of that authority. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer; readonly ca?: Buffer };
  /** Name in its address. */
  readonly hostname?: string;
  readonly script?: Script;
  /** `false`: says nothing at all. */
  readonly challenges?: boolean;
}

const nothing = { rev: 0, hash: desiredHash([]) };

/** One agent's socket as the server sees it. */
export class FakeConnection {
  readonly messages: FromAgent[] = [];
  readonly chunks: LogChunk[] = [];
  readonly challenge: Body<'challenge'>;
  closeCode: number | undefined;

  constructor(
    readonly socket: WebSocket,
    origin: string,
  ) {
    this.challenge = {
      nonce: randomBytes(32).toString('base64url'),
      serverTime: new Date().toISOString(),
      origin,
      protocol: { min: 1, max: 1 },
      features: ['instance'],
    };
  }

  send<N extends ServerMessage>(name: N, body: Body<N>): void {
    this.socket.send(encodeMessage(name, body, { id: randomUUID(), atMs: Date.now() }));
  }

  /** Everything of one kind that came so far. */
  bodies<N extends FromAgent['name']>(name: N): Body<N>[] {
    return this.messages.filter((message) => message.name === name).map((message) => message.body as Body<N>);
  }

  /** Waits for the first message of a kind. */
  take<N extends FromAgent['name']>(name: N): Promise<Body<N>> {
    return waitUntil(() => this.bodies(name)[0], `${name} from the agent`);
  }
}

/** A server that speaks the agent protocol, checks what agents sign, and otherwise does what the test's script says. */
export class FakeServer {
  readonly connections: FakeConnection[] = [];
  /** Public keys by agent id. */
  readonly agents = new Map<string, string>();
  /** Committed events in the order they came, repeats left out as the real server does. */
  readonly ledger = new Map<string, { epoch: number; seq: number; eventId: string; data: unknown }>();
  desired: Body<'welcome'>['desired'] = nothing;
  private readonly http: ReturnType<typeof createServer>;
  private readonly sockets = new Set<Socket>();

  private constructor(public options: FakeServerOptions) {
    this.http = options.tls
      ? createTlsServer({ ...options.tls, requestCert: options.tls.ca !== undefined })
      : createServer();
    const upgrades = new WebSocketServer({ noServer: true, handleProtocols: () => agentSubprotocol });
    this.http.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    // It has no pages.
    this.http.on('request', (_request, response) => response.writeHead(404).end());
    this.http.on('upgrade', (request, socket, head) => {
      const { refuse } = this.options;
      if (refuse || request.url !== agentPath) {
        const retry = refuse?.retryAfter === undefined ? '' : `Retry-After: ${refuse.retryAfter}\r\n`;
        socket.end(`HTTP/1.1 ${refuse?.status ?? 404} No\r\nConnection: close\r\n${retry}\r\n`);
      } else upgrades.handleUpgrade(request, socket, head, (agent) => this.serve(agent));
    });
  }

  static async start(options: FakeServerOptions = {}): Promise<FakeServer> {
    const server = new FakeServer(options);
    server.http.listen(options.port ?? 0, '127.0.0.1');
    await once(server.http, 'listening');
    return server;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  get url(): string {
    const { tls, hostname = '127.0.0.1' } = this.options;
    return `http${tls ? 's' : ''}://${hostname}:${this.port}`;
  }

  /** The connection with this number, counted from 0, once it is there. */
  connection(index: number): Promise<FakeConnection> {
    return waitUntil(() => this.connections[index], `connection ${index}`);
  }

  /** Gone as if the power were cut: no close frames. */
  async kill(): Promise<void> {
    const closed = this.http.listening ? once(this.http, 'close') : undefined;
    this.http.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  welcome(connection: FakeConnection, spool: { epoch: number; first: number }): void {
    connection.send('welcome', {
      sessionId: newId(),
      fence: this.connections.length,
      heartbeatMs: 60_000,
      ack: { epoch: spool.epoch, upTo: spool.first - 1 },
      desired: this.desired,
      serverTime: new Date().toISOString(),
    });
  }

  /** Stores an events message and acks it. */
  commit(connection: FakeConnection, { epoch, firstSeq, items }: Body<'events'>): void {
    for (const [index, item] of items.entries()) {
      const { eventId, data } = item as { eventId: string; data: unknown };
      const seq = firstSeq + index;
      const known = this.ledger.get(`${epoch}/${seq}`);
      if (known && known.eventId !== eventId) throw new Error(`number ${seq} came with another event`);
      this.ledger.set(`${epoch}/${seq}`, { epoch, seq, eventId, data });
    }
    connection.send('ack', { epoch, upToSeq: firstSeq + items.length - 1 });
  }

  private serve(socket: WebSocket): void {
    const connection = new FakeConnection(socket, this.options.origin ?? this.url);
    this.connections.push(connection);
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      connection.closeCode = code;
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.output(connection, data as Buffer);
      else this.text(connection, data.toString());
    });
    if (this.options.challenges !== false) connection.send('challenge', connection.challenge);
  }

  private text(connection: FakeConnection, text: string): void {
    const message = decodeMessage(text, 'agent-to-server');
    if (message.kind !== 'message') throw new Error(`the agent sent ${text.slice(0, 200)}`);
    connection.messages.push(message);
    if (this.options.script?.(connection, message)) return;
    switch (message.name) {
      case 'enroll':
        this.enroll(connection, message.body);
        break;
      case 'hello': {
        const { signature, ...said } = message.body;
        const key = this.agents.get(said.agentId) ?? '';
        const good = verifyText(key, 'carillon/v1/hello', helloText(connection.challenge, said), signature);
        if (good) this.welcome(connection, said.spool);
        else connection.send('reject', { code: 'bad_signature', message: 'hello.signature: does not fit' });
        break;
      }
      case 'events':
        this.commit(connection, message.body);
        break;
    }
  }

  private enroll(connection: FakeConnection, { proof, ...said }: Body<'enroll'>): void {
    if (!verifyText(said.publicKey, 'carillon/v1/enroll', enrollText(connection.challenge, said), proof)) {
      connection.send('reject', { code: 'bad_signature', message: 'enroll.proof: does not fit' });
      return;
    }
    const agentId = newId();
    this.agents.set(agentId, said.publicKey);
    const trust = { signerKeys: [signer.publicKey] };
    connection.send('enrolled', { agentId, state: 'active', name: said.facts.hostname, trust });
  }

  private output(connection: FakeConnection, frame: Buffer): void {
    const decoded = decodeLogFrame(frame);
    if (!decoded.ok) throw new Error(decoded.message);
    const { chunk } = decoded;
    connection.chunks.push(chunk);
    const { runId, stream, offset, length } = chunk;
    connection.send('log.ack', { items: [{ runId, stream, upToOffset: offset + length }] });
  }
}
