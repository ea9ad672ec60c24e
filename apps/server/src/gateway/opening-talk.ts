import { randomBytes } from 'node:crypto';
import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { protocolRange } from '@carillon/contract/agent/envelope';
import { limits } from '@carillon/contract/limits';
import { clockAheadMs } from '@carillon/core/host/clock';
import { Logger } from '@nestjs/common';
import { describeError } from '../queue/state-log.js';
import { closeCodes } from './close-codes.js';
import type { Handshake, Welcomed } from './handshake.service.js';
import { type Awaited, type OpeningMessage, readOpening } from './opening.js';

/** What the talk does with its socket. */
export interface TalkSide {
  send<N extends ServerMessage>(name: N, body: Body<N>, re?: string): void;
  refuse(body: Body<'reject'>, closeCode: number, re?: string): void;
  /** The agent is known. Also called when the socket closed while the hello was judged: the session exists. */
  welcomed(decision: Welcomed, re: string, clockAheadMs: number): void;
}

const logger = new Logger('Gateway');
const retryLaterMs = { least: 5_000, spread: 10_000 };

/** From the challenge to the welcome: a bounded time, one message at a time. */
export class OpeningTalk {
  /** `deciding`: a message is being judged, nothing else may come. */
  private phase: 'challenged' | 'deciding' | 'over' = 'challenged';
  private challenge: Body<'challenge'>;
  private timer: NodeJS.Timeout | undefined;
  private enrolled = false;

  constructor(
    private readonly origin: string,
    private readonly handshake: Pick<Handshake, 'hello' | 'enroll'>,
    private readonly side: TalkSide,
  ) {
    this.challenge = this.sendChallenge();
  }

  receive(frame: Buffer, isBinary: boolean): void {
    if (this.phase === 'over') return;
    const opening = readOpening(frame, isBinary, this.awaited());
    if (opening.kind === 'refused') this.refuse(opening.body, opening.closeCode, opening.re);
    else {
      this.phase = 'deciding';
      this.decide(opening.message).catch((error) => this.retryLater(describeError(error)));
    }
  }

  /** The socket is closed, or somebody else closes it. */
  end(): void {
    this.phase = 'over';
    clearTimeout(this.timer);
  }

  /** A socket enrols once: the door admitted one handshake, not a series of them. */
  private awaited(): Awaited {
    if (this.phase === 'deciding') return 'nothing before the answer';
    return this.enrolled ? 'hello' : 'hello or enroll';
  }

  private decide(message: OpeningMessage): Promise<void> {
    return message.name === 'enroll' ? this.enroll(message.body, message.id) : this.hello(message);
  }

  private async enroll(body: Body<'enroll'>, id: string): Promise<void> {
    const decision = await this.handshake.enroll(this.challenge, body);
    if (this.phase !== 'deciding') return;
    if (decision.kind === 'rejected') this.refuse(decision.body, decision.closeCode, id);
    else {
      this.enrolled = true;
      this.side.send('enrolled', decision.body, id);
      this.challenge = this.sendChallenge();
    }
  }

  private async hello({ body, id, atMs }: Extract<OpeningMessage, { name: 'hello' }>): Promise<void> {
    const aheadMs = clockAheadMs(atMs, { sentMs: Date.parse(this.challenge.serverTime), receivedMs: Date.now() });
    const decision = await this.handshake.hello(this.challenge, body);
    if (decision.kind === 'rejected') this.refuse(decision.body, decision.closeCode, id);
    else {
      this.end();
      this.side.welcomed(decision, id, aheadMs);
    }
  }

  private sendChallenge(): Body<'challenge'> {
    const body: Body<'challenge'> = {
      nonce: randomBytes(32).toString('base64url'),
      serverTime: new Date().toISOString(),
      origin: this.origin,
      protocol: { ...protocolRange },
      features: ['instance', 'kept'],
    };
    this.phase = 'challenged';
    this.side.send('challenge', body);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.late(), limits.helloTimeoutMs);
    return body;
  }

  private late(): void {
    const seconds = limits.helloTimeoutMs / 1_000;
    if (this.phase === 'deciding') this.retryLater(`no answer from the database within ${seconds} s`);
    else {
      const message = `expected ${this.awaited()} within ${seconds} s`;
      this.refuse({ code: 'not_authenticated', message }, closeCodes.notAuthenticated);
    }
  }

  private retryLater(why: string): void {
    if (this.phase === 'over') return;
    logger.error(`a handshake could not be judged: ${why}`);
    const retryAfterMs = retryLaterMs.least + Math.floor(Math.random() * retryLaterMs.spread);
    this.refuse({ code: 'retry_later', message: 'the server cannot decide now', retryAfterMs }, closeCodes.tryAgain);
  }

  private refuse(body: Body<'reject'>, closeCode: number, re?: string): void {
    if (this.phase === 'over') return;
    this.end();
    this.side.refuse(body, closeCode, re);
  }
}
