import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { AgentMessage, Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { decodeMessage, encodeMessage, type Incoming } from '@carillon/contract/agent/codec';
import { protocolRange } from '@carillon/contract/agent/envelope';
import { limits } from '@carillon/contract/limits';
import { Logger } from '@nestjs/common';
import type { RawData, WebSocket } from 'ws';
import { describeError } from '../queue/state-log.js';
import type { AgentLink } from './agent-link.js';
import { closeCodes } from './close-codes.js';
import type { Handshake, Rejected, Welcomed } from './handshake.service.js';
import type { MessageHandlers, SessionMessage } from './message-handlers.js';

type Message = Incoming<'agent-to-server'>;

/**
 * `challenged`: waits for hello or enroll. `deciding`: one of them is being judged, nothing else may come.
 * `welcomed`: the agent is known. `closed`: what still arrives is not looked at.
 */
type Phase = 'challenged' | 'deciding' | 'welcomed' | 'closed';

export interface SocketOwner {
  readonly handshake: Pick<Handshake, 'hello' | 'enroll'>;
  readonly handlers: Pick<MessageHandlers, 'text' | 'binary' | 'congested'>;
  welcomed(socket: AgentSocket): void;
  closed(socket: AgentSocket): void;
}

const outboundLimitBytes = 4 * 1024 * 1024;
const outboundPatienceMs = 30_000;
const rememberedUnknownNames = 20;

/** One agent's connection, from the challenge to the close. */
export class AgentSocket implements AgentLink {
  private readonly logger = new Logger('Gateway');
  private phase: Phase = 'challenged';
  private challenge: Body<'challenge'>;
  private helloTimer: NodeJS.Timeout | undefined;
  private agent: Welcomed | undefined;
  /** Frames whose work is not done; reading stops above a limit. */
  private inFlight = 0;
  /** Messages other than events and output are handled in the order they came. */
  private queue: Promise<void> = Promise.resolve();
  private overfullSinceMs: number | null = null;
  private readonly unknownNames = new Set<string>();
  told = { rev: 0, hash: '' };
  heard: AgentLink['heard'] = null;
  lastFrameMs = Date.now();

  constructor(
    private readonly ws: WebSocket,
    private readonly origin: string,
    private readonly owner: SocketOwner,
  ) {
    ws.on('message', (data, isBinary) => this.receive(data, isBinary));
    ws.on('ping', () => this.touch());
    ws.on('error', (error) => this.logger.debug(`socket of ${this.name || 'an unknown agent'}: ${error.message}`));
    ws.on('close', () => this.ended());
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
    // A paused socket would not read the answer to the close frame.
    if (this.ws.isPaused) this.ws.resume();
    this.ws.close(code, reason);
  }

  terminate(): void {
    this.ws.terminate();
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

  /** An agent that does not read makes us hold what it should have got: not for ever. */
  checkOutbound(nowMs: number): void {
    if (this.ws.bufferedAmount <= outboundLimitBytes) {
      this.overfullSinceMs = null;
      return;
    }
    this.overfullSinceMs ??= nowMs;
    if (nowMs - this.overfullSinceMs < outboundPatienceMs) return;
    this.logger.warn(`host ${JSON.stringify(this.name)} does not read: ${this.ws.bufferedAmount} bytes wait`);
    this.close(closeCodes.tryAgain, 'does not read');
    this.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.touch();
    if (this.phase === 'closed') return;
    const frame = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (this.phase !== 'welcomed') this.receiveStranger(frame, isBinary);
    else if (isBinary) this.track(this.owner.handlers.binary(this, frame));
    else this.receiveText(frame);
  }

  /** Before the agent is known: only hello and enroll, small, one at a time. */
  private receiveStranger(frame: Buffer, isBinary: boolean): void {
    const expected = this.phase === 'deciding' ? 'nothing before the answer' : 'hello or enroll';
    if (isBinary) return this.refuseStranger(`got a binary frame, expected ${expected}`);
    if (frame.length > limits.helloBytes) {
      const message = `frame: expected at most ${limits.helloBytes} bytes, got ${frame.length}`;
      return this.refuse({ code: 'bad_message', message }, closeCodes.tooBig);
    }
    const message = decodeMessage(frame.toString('utf8'), 'agent-to-server');
    if (message.kind === 'unsupported') {
      return this.refuseStranger(`got ${JSON.stringify(message.name)}, expected ${expected}`);
    }
    if (message.kind === 'bad') {
      return this.refuse({ code: 'bad_message', message: message.message.slice(0, 1_000) }, closeCodes.badMessage, message.id);
    }
    if (this.phase === 'deciding' || (message.name !== 'hello' && message.name !== 'enroll')) {
      return this.refuseStranger(`got ${message.name}, expected ${expected}`);
    }
    this.phase = 'deciding';
    this.decide(message).catch((error) => this.retryLater(error));
  }

  private async decide(message: Extract<Message, { name: 'hello' | 'enroll' }>): Promise<void> {
    if (message.name === 'enroll') {
      const decision = await this.owner.handshake.enroll(this.challenge, message.body);
      if (this.phase !== 'deciding') return;
      if (decision.kind === 'rejected') return this.reject(decision, message.id);
      this.send('enrolled', decision.body, message.id);
      this.challenge = this.sendChallenge();
      return;
    }
    const decision = await this.owner.handshake.hello(this.challenge, message.body);
    if (decision.kind === 'rejected') return this.reject(decision, message.id);
    this.agent = decision;
    if (this.phase !== 'deciding') return this.owner.closed(this);
    this.welcome(decision, message.id);
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
      const message = `frame: expected at most ${limits.textFrameBytes} bytes, got ${frame.length}`;
      this.send('nack', { code: 'bad_message', message });
      return this.close(closeCodes.tooBig, 'text frame too big');
    }
    const message = decodeMessage(frame.toString('utf8'), 'agent-to-server');
    if (message.kind === 'bad') {
      return this.send('nack', { code: 'bad_message', message: message.message.slice(0, 1_000) }, message.id);
    }
    if (message.kind === 'unsupported') return this.unsupported(message.name, message.id);
    if (message.name === 'hello' || message.name === 'enroll') return this.unsupported(message.name, message.id);
    if (message.name === 'events') return this.track(this.owner.handlers.text.events(this, message.body, message.id));
    const { name, body, id } = message;
    this.queue = this.queue.then(() => this.handle(name, body, id));
    this.track(this.queue);
  }

  private handle<N extends SessionMessage>(name: N, body: Body<N>, id: string): Promise<void> | void {
    if (this.phase === 'welcomed') return this.owner.handlers.text[name](this, body, id);
  }

  /** Counts the frame until its work is done, and stops reading while too many are not. */
  private track(work: Promise<void> | void): void {
    if (!(work instanceof Promise)) return;
    this.inFlight += 1;
    this.regulate();
    work
      .catch((error) => this.failed(error))
      .finally(() => {
        this.inFlight -= 1;
        this.regulate();
      });
  }

  private regulate(): void {
    const full = this.inFlight > limits.inFlightFrames || (this.inFlight > 0 && this.owner.handlers.congested);
    if (this.ws.readyState !== this.ws.OPEN || this.phase === 'closed') return;
    if (full && !this.ws.isPaused) this.ws.pause();
    if (!full && this.ws.isPaused) this.ws.resume();
  }

  /** What was not done was not acked: the agent says it again on a new connection. */
  private failed(error: unknown): void {
    if (this.phase === 'closed') return;
    this.logger.error(`host ${JSON.stringify(this.name)}: a message could not be handled: ${describeError(error)}`);
    this.close(closeCodes.tryAgain, 'not handled');
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
    const nowMs = Date.now();
    const body: Body<'challenge'> = {
      nonce: randomBytes(32).toString('base64url'),
      serverTime: new Date(nowMs).toISOString(),
      origin: this.origin,
      protocol: { ...protocolRange },
    };
    this.phase = 'challenged';
    this.send('challenge', body);
    clearTimeout(this.helloTimer);
    const seconds = limits.helloTimeoutMs / 1_000;
    this.helloTimer = setTimeout(() => this.refuseStranger(`expected hello or enroll within ${seconds} s`), limits.helloTimeoutMs);
    return body;
  }

  private reject(decision: Rejected, re: string): void {
    this.refuse(decision.body, decision.closeCode, re);
  }

  private refuseStranger(message: string): void {
    this.refuse({ code: 'not_authenticated', message }, closeCodes.notAuthenticated);
  }

  private retryLater(error: unknown): void {
    this.logger.error(`a handshake could not be judged: ${describeError(error)}`);
    const retryAfterMs = 5_000 + Math.floor(Math.random() * 10_000);
    this.refuse({ code: 'retry_later', message: 'the server cannot decide now', retryAfterMs }, closeCodes.tryAgain);
  }

  private touch(): void {
    this.lastFrameMs = Date.now();
  }

  private ended(): void {
    const known = this.agent !== undefined || this.phase !== 'deciding';
    this.phase = 'closed';
    clearTimeout(this.helloTimer);
    // While a hello is judged, the session it may have opened is let go when the judgement is in.
    if (known) this.owner.closed(this);
    else this.owner.closed(this);
  }
}
