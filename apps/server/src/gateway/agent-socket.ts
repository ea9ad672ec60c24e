import { randomUUID } from 'node:crypto';
import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { decodeMessage, encodeMessage } from '@carillon/contract/agent/codec';
import { limits } from '@carillon/contract/limits';
import { Logger } from '@nestjs/common';
import type { RawData, WebSocket } from 'ws';
import { describeError } from '../queue/state-log.js';
import type { AgentLink } from './agent-link.js';
import { closeCodes } from './close-codes.js';
import { FrameFlow } from './frame-flow.js';
import type { Handshake, Welcomed } from './handshake.service.js';
import type { MessageHandlers, SessionMessage } from './message-handlers.js';
import { OpeningTalk } from './opening-talk.js';

/** What still arrives at a closed socket is not looked at. */
type Phase = 'stranger' | 'welcomed' | 'closed';

export interface SocketOwner {
  readonly handshake: Pick<Handshake, 'hello' | 'enroll'>;
  readonly handlers: Pick<MessageHandlers, 'text' | 'binary' | 'congested'>;
  welcomed(socket: AgentSocket): void;
  /** The connection is gone. Said again when a hello that was being judged meanwhile turns out to be good. */
  left(socket: AgentSocket): void;
}

const rememberedUnknownNames = 20;
/** One for all sockets: thousands lie idle, and each is to be small. */
const logger = new Logger('Gateway');

/** One agent's connection, from the challenge to the close. */
export class AgentSocket implements AgentLink {
  private readonly flow: FrameFlow;
  /** Absent once the agent is known. */
  private talk: OpeningTalk | undefined;
  private phase: Phase = 'stranger';
  private agent: Pick<AgentLink, 'hostId' | 'name' | 'fence' | 'capabilities' | 'publicKey'> | undefined;
  /** Messages other than events and output are handled in the order they came. */
  private queue: Promise<void> = Promise.resolve();
  private unknownNames: Set<string> | undefined;
  private readonly gone: Promise<void>;
  told = { rev: 0, hash: '' };
  heard: AgentLink['heard'] = null;
  state: AgentLink['state'] = 'pending';
  lastFrameMs = Date.now();
  clockAheadMs: number | null = null;

  constructor(
    private readonly ws: WebSocket,
    origin: string,
    private readonly owner: SocketOwner,
  ) {
    this.flow = new FrameFlow(ws, {
      congested: () => owner.handlers.congested,
      failed: (error) => this.failed(error),
    });
    ws.on('message', (data, isBinary) => this.receive(data, isBinary));
    ws.on('ping', () => this.touch());
    ws.on('error', (error) => logger.debug(`socket of ${this.name || 'an unknown agent'}: ${error.message}`));
    this.gone = new Promise((resolve) => ws.on('close', () => resolve(this.ended())));
    this.talk = new OpeningTalk(origin, owner.handshake, {
      send: (name, body, re) => this.send(name, body, re),
      refuse: (body, closeCode, re) => this.refuse(body, closeCode, re),
      welcomed: (decision, re, clockAheadMs) => {
        this.clockAheadMs = clockAheadMs;
        this.welcome(decision, re);
      },
    });
  }

  get hostId(): string {
    return this.agent?.hostId ?? '';
  }

  get name(): string {
    return this.agent?.name ?? '';
  }

  get publicKey(): string {
    return this.agent?.publicKey ?? '';
  }

  get capabilities(): readonly string[] {
    return this.agent?.capabilities ?? [];
  }

  get fence(): number {
    return this.agent?.fence ?? 0;
  }

  get open(): boolean {
    return this.phase === 'welcomed' && this.ws.readyState === this.ws.OPEN;
  }

  send<N extends ServerMessage>(name: N, body: Body<N>, re?: string): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    this.ws.send(encodeMessage(name, body, { id: randomUUID(), atMs: Date.now(), re }));
  }

  close(code: number, reason: string): void {
    this.phase = 'closed';
    this.talk?.end();
    this.flow.release();
    this.ws.close(code, reason);
  }

  refuse(body: Body<'reject'>, code: number, re?: string): void {
    if (this.phase === 'closed') return;
    this.send('reject', body, re);
    this.close(code, body.code);
  }

  supersede(): void {
    if (this.phase === 'closed') return;
    this.send('goaway', { reason: 'superseded', reconnectInMs: limits.heartbeatMs });
    this.close(closeCodes.superseded, 'superseded');
  }

  /** Asks the agent to come back later, here or elsewhere; a stranger is closed at once. */
  sendAway(reconnectInMs: number): void {
    if (this.phase === 'welcomed') this.send('goaway', { reason: 'drain', reconnectInMs });
    else {
      const body = { code: 'retry_later', message: 'this server is stopping', retryAfterMs: reconnectInMs } as const;
      this.refuse(body, closeCodes.restart);
    }
  }

  /** Closes, and after `limitMs` without an answer cuts the connection. Resolves when it is gone. */
  async farewell(code: number, reason: string, limitMs: number): Promise<void> {
    if (this.phase !== 'closed') this.close(code, reason);
    const timer = setTimeout(() => this.ws.terminate(), limitMs);
    await this.gone;
    clearTimeout(timer);
  }

  /** An agent that does not read makes us hold what it should have got: not for ever. */
  checkOutbound(nowMs: number): void {
    if (!this.flow.overfull(nowMs)) return;
    logger.warn(`host ${JSON.stringify(this.name)} does not read: ${this.ws.bufferedAmount} bytes wait`);
    this.ws.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.touch();
    if (this.phase === 'closed') return;
    const frame = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (this.phase === 'stranger') this.talk?.receive(frame, isBinary);
    else if (isBinary && this.state === 'pending') return;
    else if (isBinary) this.flow.track(this.owner.handlers.binary(this, frame));
    else this.receiveText(frame);
  }

  /** A session was opened; the socket may have closed meanwhile. */
  private welcome(decision: Welcomed, re: string): void {
    const { agent, session, body, verdict, capabilities } = decision;
    const { hostId, name, publicKey } = agent;
    this.agent = { hostId, name, publicKey, fence: session.fence, capabilities };
    this.state = agent.state;
    this.talk = undefined;
    if (this.phase === 'closed') {
      this.owner.left(this);
      return;
    }
    this.phase = 'welcomed';
    this.told = { ...body.desired };
    this.send('welcome', body, re);
    if (verdict.renew) {
      logger.warn(`host ${JSON.stringify(this.name)} came back with an older spool: a restored disk?`);
      this.send('epoch.renew', verdict.renew);
    }
    this.owner.welcomed(this);
  }

  private receiveText(frame: Buffer): void {
    if (frame.length > limits.textFrameBytes) {
      this.nack(`frame: expected at most ${limits.textFrameBytes} bytes, got ${frame.length}`);
      this.close(closeCodes.tooBig, 'text frame too big');
      return;
    }
    const message = decodeMessage(frame.toString('utf8'), 'agent-to-server');
    if (message.kind === 'bad') this.nack(message.message.slice(0, 1_000), message.id);
    else if (message.kind === 'unsupported' || message.name === 'hello' || message.name === 'enroll') {
      this.unsupported(message.name, message.id);
    } else if (this.state === 'pending' && message.name !== 'agent.heartbeat') {
      // Nobody has let it in: what it has it keeps, and tells when it comes back.
    } else if (message.name === 'events') {
      this.flow.track(this.owner.handlers.text.events(this, message.body, message.id));
    } else {
      const { name, body, id, atMs } = message;
      // One way only, so what the network takes counts as being behind.
      if (name === 'agent.heartbeat') this.clockAheadMs = atMs - Date.now();
      this.queue = this.queue.then(() => this.handle(name, body, id));
      this.flow.track(this.queue);
    }
  }

  private async handle<N extends SessionMessage>(name: N, body: Body<N>, id: string): Promise<void> {
    if (this.phase === 'welcomed') await this.owner.handlers.text[name](this, body, id);
  }

  /** What was not done was not acked: the agent says it again on a new connection. */
  private failed(error: unknown): void {
    if (this.phase === 'closed') return;
    logger.error(`host ${JSON.stringify(this.name)}: a message could not be handled: ${describeError(error)}`);
    this.close(closeCodes.tryAgain, 'not handled');
  }

  private nack(message: string, re?: string): void {
    this.send('nack', { code: 'bad_message', message }, re);
  }

  private unsupported(name: string, id: string): void {
    const shown = JSON.stringify(name);
    this.unknownNames ??= new Set();
    if (this.unknownNames.size < rememberedUnknownNames && !this.unknownNames.has(name)) {
      this.unknownNames.add(name);
      logger.warn(`host ${JSON.stringify(this.name)} sends ${shown}, which is ignored`);
    }
    this.send('nack', { code: 'unsupported', message: `message ${shown} is not known in this state` }, id);
  }

  private touch(): void {
    this.lastFrameMs = Date.now();
  }

  private ended(): void {
    this.phase = 'closed';
    this.talk?.end();
    this.owner.left(this);
  }
}
