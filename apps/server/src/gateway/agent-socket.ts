import { randomBytes } from 'node:crypto';
import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { decodeMessage, encodeMessage } from '@carillon/contract/agent/codec';
import { protocolRange } from '@carillon/contract/agent/envelope';
import { limits } from '@carillon/contract/limits';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Logger } from '@nestjs/common';
import type { RawData, WebSocket } from 'ws';
import { describeError } from '../queue/state-log.js';
import type { AgentLink } from './agent-link.js';
import { closeCodes } from './close-codes.js';
import { FrameFlow } from './frame-flow.js';
import type { Handshake, Rejected, Welcomed } from './handshake.service.js';
import type { MessageHandlers, SessionMessage } from './message-handlers.js';
import { type Awaited, type OpeningMessage, readOpening } from './opening.js';

/**
 * `challenged`: waits for hello or enroll. `deciding`: one of them is being judged, nothing else may come.
 * `welcomed`: the agent is known. `closed`: what still arrives is not looked at.
 */
type Phase = 'challenged' | 'deciding' | 'welcomed' | 'closed';

export interface SocketOwner {
  readonly handshake: Pick<Handshake, 'hello' | 'enroll'>;
  readonly handlers: Pick<MessageHandlers, 'text' | 'binary' | 'congested'>;
  welcomed(socket: AgentSocket): void;
  /** The connection is gone. Said again when a hello that was being judged meanwhile turns out to be good. */
  left(socket: AgentSocket): void;
}

const rememberedUnknownNames = 20;
const retryLaterMs = { least: 5_000, spread: 10_000 };

/** One agent's connection, from the challenge to the close. */
export class AgentSocket implements AgentLink {
  private readonly logger = new Logger('Gateway');
  private readonly flow: FrameFlow;
  private phase: Phase = 'challenged';
  private challenge: Body<'challenge'>;
  private helloTimer: NodeJS.Timeout | undefined;
  private enrolled = false;
  private agent: Welcomed | undefined;
  /** Messages other than events and output are handled in the order they came. */
  private queue: Promise<void> = Promise.resolve();
  private readonly unknownNames = new Set<string>();
  private readonly gone: Promise<void>;
  told = { rev: 0, hash: '' };
  heard: AgentLink['heard'] = null;
  lastFrameMs = Date.now();

  constructor(
    private readonly ws: WebSocket,
    private readonly origin: string,
    private readonly owner: SocketOwner,
  ) {
    this.flow = new FrameFlow(ws, {
      congested: () => owner.handlers.congested,
      failed: (error) => this.failed(error),
    });
    ws.on('message', (data, isBinary) => this.receive(data, isBinary));
    ws.on('ping', () => this.touch());
    ws.on('error', (error) => this.logger.debug(`socket of ${this.name || 'an unknown agent'}: ${error.message}`));
    this.gone = new Promise((resolve) => ws.on('close', () => resolve(this.ended())));
    this.challenge = this.sendChallenge();
  }

  get hostId(): string {
    return this.agent?.agent.hostId ?? '';
  }

  get name(): string {
    return this.agent?.agent.name ?? '';
  }

  get fence(): number {
    return this.agent?.session.fence ?? 0;
  }

  get open(): boolean {
    return this.phase === 'welcomed' && this.ws.readyState === this.ws.OPEN;
  }

  send<N extends ServerMessage>(name: N, body: Body<N>, re?: string): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    const nowMs = Date.now();
    this.ws.send(encodeMessage(name, body, { id: makeUuid7(nowMs, randomBytes(10)), atMs: nowMs, re }));
  }

  close(code: number, reason: string): void {
    this.phase = 'closed';
    clearTimeout(this.helloTimer);
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
    this.logger.warn(`host ${JSON.stringify(this.name)} does not read: ${this.ws.bufferedAmount} bytes wait`);
    this.ws.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.touch();
    if (this.phase === 'closed') return;
    const frame = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (this.phase !== 'welcomed') this.receiveStranger(frame, isBinary);
    else if (isBinary) this.flow.track(this.owner.handlers.binary(this, frame));
    else this.receiveText(frame);
  }

  private receiveStranger(frame: Buffer, isBinary: boolean): void {
    const opening = readOpening(frame, isBinary, this.awaited());
    if (opening.kind === 'refused') {
      this.refuse(opening.body, opening.closeCode, opening.re);
      return;
    }
    this.phase = 'deciding';
    this.decide(opening.message).catch((error) => this.retryLater(describeError(error)));
  }

  /** A socket enrols once: the door admitted one handshake, not a series of them. */
  private awaited(): Awaited {
    if (this.phase === 'deciding') return 'nothing before the answer';
    return this.enrolled ? 'hello' : 'hello or enroll';
  }

  private decide(message: OpeningMessage): Promise<void> {
    return message.name === 'enroll' ? this.enroll(message.body, message.id) : this.hello(message.body, message.id);
  }

  private async enroll(body: Body<'enroll'>, id: string): Promise<void> {
    const decision = await this.owner.handshake.enroll(this.challenge, body);
    if (this.phase !== 'deciding') return;
    if (decision.kind === 'rejected') return this.reject(decision, id);
    this.enrolled = true;
    this.send('enrolled', decision.body, id);
    this.challenge = this.sendChallenge();
  }

  private async hello(body: Body<'hello'>, id: string): Promise<void> {
    const decision = await this.owner.handshake.hello(this.challenge, body);
    if (decision.kind === 'rejected') return this.reject(decision, id);
    this.agent = decision;
    if (this.phase === 'deciding') this.welcome(decision, id);
    else this.owner.left(this);
  }

  private welcome({ body, verdict }: Welcomed, re: string): void {
    clearTimeout(this.helloTimer);
    this.phase = 'welcomed';
    this.told = { ...body.desired };
    this.send('welcome', body, re);
    if (verdict.renew) {
      this.logger.warn(`host ${JSON.stringify(this.name)} came back with an older spool: a restored disk?`);
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
    } else if (message.name === 'events') {
      this.flow.track(this.owner.handlers.text.events(this, message.body, message.id));
    } else {
      const { name, body, id } = message;
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
    this.logger.error(`host ${JSON.stringify(this.name)}: a message could not be handled: ${describeError(error)}`);
    this.close(closeCodes.tryAgain, 'not handled');
  }

  private nack(message: string, re?: string): void {
    this.send('nack', { code: 'bad_message', message }, re);
  }

  private unsupported(name: string, id: string): void {
    const shown = JSON.stringify(name);
    if (this.unknownNames.size < rememberedUnknownNames && !this.unknownNames.has(name)) {
      this.unknownNames.add(name);
      this.logger.warn(`host ${JSON.stringify(this.name)} sends ${shown}, which is ignored`);
    }
    this.send('nack', { code: 'unsupported', message: `message ${shown} is not known in this state` }, id);
  }

  private sendChallenge(): Body<'challenge'> {
    const body: Body<'challenge'> = {
      nonce: randomBytes(32).toString('base64url'),
      serverTime: new Date().toISOString(),
      origin: this.origin,
      protocol: { ...protocolRange },
    };
    this.phase = 'challenged';
    this.send('challenge', body);
    clearTimeout(this.helloTimer);
    this.helloTimer = setTimeout(() => this.helloLate(), limits.helloTimeoutMs);
    return body;
  }

  private helloLate(): void {
    const seconds = limits.helloTimeoutMs / 1_000;
    if (this.phase === 'deciding') this.retryLater(`no answer from the database within ${seconds} s`);
    else this.refuseStranger(`expected hello or enroll within ${seconds} s`);
  }

  private reject(decision: Rejected, re: string): void {
    this.refuse(decision.body, decision.closeCode, re);
  }

  private refuseStranger(message: string, re?: string): void {
    this.refuse({ code: 'not_authenticated', message }, closeCodes.notAuthenticated, re);
  }

  private retryLater(why: string): void {
    if (this.phase === 'closed') return;
    this.logger.error(`a handshake could not be judged: ${why}`);
    const retryAfterMs = retryLaterMs.least + Math.floor(Math.random() * retryLaterMs.spread);
    this.refuse({ code: 'retry_later', message: 'the server cannot decide now', retryAfterMs }, closeCodes.tryAgain);
  }

  private touch(): void {
    this.lastFrameMs = Date.now();
  }

  private ended(): void {
    this.phase = 'closed';
    clearTimeout(this.helloTimer);
    this.owner.left(this);
  }
}
