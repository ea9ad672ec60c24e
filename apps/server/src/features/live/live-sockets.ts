import type http from 'node:http';
import type { Duplex } from 'node:stream';
import { limits } from '@carillon/contract/limits';
import { type LiveMessage, liveCloseCodes, liveSubprotocol } from '@carillon/contract/live/live-messages';
import { type LiveChange, mergeChanges } from '@carillon/core/live/changes';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type WebSocket, WebSocketServer } from 'ws';
import { hashSecret } from '../../http/secrets.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { describeError } from '../../queue/state-log.js';
import { answerRefused, refused, type Turned } from '../../shared/answer-refused.js';
import { Origins } from '../../shared/origins.js';
import { CredentialStore } from '../../store/credential.store.js';
import { SessionListStore } from '../../store/session-list.store.js';
import { changesOfHint } from './changes-of-hint.js';

/** A page says nothing; what it sends all the same may be so long. */
const maxPayloadBytes = 1_024;
/** With so much unread, a page is sent away: it asks for everything when it is back. */
const maxUnreadBytes = 64 * 1_024;
const pingEveryMs = 30_000;

interface Listener {
  readonly openedMs: number;
  answered: boolean;
  readonly accountId: string | null;
  /** Of the session that listens; null for a program with a token. */
  readonly sessionHash: string | null;
}

/** Sockets of open dashboards: who brings a ticket is told what became old. */
@Injectable()
export class LiveSockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Live');
  private readonly sockets = new Map<WebSocket, Listener>();
  private readonly server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes,
    handleProtocols: () => liveSubprotocol,
  });
  private pending: readonly LiveChange[] = [];
  private tellTimer: NodeJS.Timeout | undefined;
  private pingTimer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private closed = false;

  constructor(
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(SessionListStore) private readonly sessions: SessionListStore,
  ) {}

  get count(): number {
    return this.sockets.size;
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.hints.subscribe((hint) => {
      this.note(changesOfHint(hint));
      if (hint.kind === 'access') void this.endSignedOut(hint.hostIds);
    });
    this.pingTimer = setInterval(() => this.ping(Date.now()), pingEveryMs).unref();
  }

  beforeApplicationShutdown(): void {
    this.closed = true;
    this.unsubscribe?.();
    clearInterval(this.pingTimer);
    clearTimeout(this.tellTimer);
    for (const socket of this.sockets.keys()) {
      socket.close(liveCloseCodes.restart, 'the server stops');
      // The port closes now: who does not answer is not waited for.
      socket.terminate();
    }
  }

  /** Answers one request for a socket; never throws. */
  upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    this.judge(request)
      .catch((error): Turned => {
        this.logger.error(`a ticket could not be looked up: ${describeError(error)}`);
        return refused(503, 'unavailable', 'the database is away');
      })
      .then((verdict) => {
        if (socket.destroyed) return;
        if ('accountId' in verdict) this.server.handleUpgrade(request, socket, head, (ws) => this.open(ws, verdict));
        else answerRefused(socket, verdict);
      })
      .catch((error) => this.logger.error(describeError(error)));
  }

  /** Why it may not come in, or who comes. The ticket is looked at last, since looking uses it up. */
  private async judge(request: http.IncomingMessage): Promise<Turned | Pick<Listener, 'accountId' | 'sessionHash'>> {
    const { origin } = request.headers;
    if (origin === undefined || !this.origins.all.includes(origin))
      return refused(403, 'forbidden', `header origin: expected a page of this server, got ${origin ?? 'none'}`);
    if (this.closed || this.sockets.size >= limits.liveSockets)
      return { ...refused(503, 'unavailable', 'no room for another page here'), retryAfterSeconds: 10 };
    const [protocol, ticket] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
    if (protocol !== liveSubprotocol || !ticket)
      return refused(400, 'invalid', `header sec-websocket-protocol: expected ${liveSubprotocol} and a ticket`);
    const holder = await this.credentials.useLiveTicket(hashSecret(ticket));
    return holder ?? refused(401, 'not_signed_in', 'ticket: it was used already or has expired; ask for a new one');
  }

  private open(socket: WebSocket, { accountId, sessionHash }: Pick<Listener, 'accountId' | 'sessionHash'>): void {
    if (this.closed) {
      socket.terminate();
      return;
    }
    const state: Listener = { openedMs: Date.now(), answered: true, accountId, sessionHash };
    this.sockets.set(socket, state);
    socket.on('pong', () => {
      state.answered = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.sockets.delete(socket));
  }

  /** Changes wait a moment for others, so that a burst is one message. */
  private note(changes: readonly LiveChange[]): void {
    if (changes.length === 0 || this.sockets.size === 0) return;
    this.pending = mergeChanges(this.pending, changes);
    this.tellTimer ??= setTimeout(() => this.tell(), limits.liveEveryMs).unref();
  }

  private tell(): void {
    const message: LiveMessage = {
      changed: this.pending.map(({ topic, hostIds }) => ({ topic, hostIds: hostIds && [...hostIds] })),
    };
    const text = JSON.stringify(message);
    this.pending = [];
    this.tellTimer = undefined;
    for (const socket of this.sockets.keys()) {
      if (socket.bufferedAmount > maxUnreadBytes) socket.close(liveCloseCodes.tooSlow, 'nothing was read');
      else socket.send(text);
    }
  }

  /**
   * Closes on those whose session is over, and on those whose rights are others: they come back with a new ticket, if they
   * still get one.
   */
  private async endSignedOut(changedAccounts: readonly string[]): Promise<void> {
    try {
      const hashes = [...this.sockets.values()].flatMap(({ sessionHash }) => sessionHash ?? []);
      const alive = hashes.length > 0 ? await this.sessions.alive(hashes) : new Set<string>();
      for (const [socket, { accountId, sessionHash }] of this.sockets) {
        const isOver = sessionHash !== null && hashes.includes(sessionHash) && !alive.has(sessionHash);
        const isOther = accountId !== null && changedAccounts.includes(accountId);
        if (isOver || isOther) socket.close(liveCloseCodes.renew, 'bring a new ticket');
      }
    } catch (error) {
      this.logger.warn(`whether sessions are over could not be looked up: ${describeError(error)}`);
    }
  }

  private ping(nowMs: number): void {
    // Hints may be lost.
    void this.endSignedOut([]);
    for (const [socket, state] of this.sockets) {
      if (!state.answered) socket.terminate();
      else if (nowMs - state.openedMs > limits.liveSocketLifeMs)
        socket.close(liveCloseCodes.renew, 'bring a new ticket');
      else {
        state.answered = false;
        socket.ping();
      }
    }
  }
}
