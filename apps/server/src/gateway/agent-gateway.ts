import type http from 'node:http';
import type { Duplex } from 'node:stream';
import { agentSubprotocol } from '@carillon/contract/agent/envelope';
import { limits } from '@carillon/contract/limits';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { describeError } from '../queue/state-log.js';
import { answerRefused } from '../shared/answer-refused.js';
import { Origins } from '../shared/origins.js';
import { SessionStore } from '../store/session.store.js';
import type { AgentLink } from './agent-link.js';
import { AgentSocket, type SocketOwner } from './agent-socket.js';
import { closeCodes } from './close-codes.js';
import { Doorkeeper } from './doorkeeper.js';
import { GatewayWork } from './gateway-work.js';
import { Handshake } from './handshake.service.js';
import { MessageHandlers } from './message-handlers.js';
import { SocketRegistry } from './socket-registry.js';
import { within } from './within.js';

const storeLimitMs = 5_000;
const goodbyeLimitMs = 2_000;
const leastSpreadMs = 1_000;

/** Somebody who answers requests for a WebSocket. */
export interface UpgradeTaker {
  upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The WebSocket end of the server: opens agents' sockets, keeps them, and sends them away when the server stops. */
@Injectable()
export class AgentGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Gateway');
  private readonly sockets = new Set<AgentSocket>();
  private readonly server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.maxPayloadBytes,
    handleProtocols: () => agentSubprotocol,
  });
  /** Whose sessions end with the drain. */
  private readonly leaving: AgentLink[] = [];
  private drained: Promise<void> | undefined;

  constructor(
    @Inject(Handshake) private readonly handshake: Handshake,
    @Inject(MessageHandlers) private readonly handlers: MessageHandlers,
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(Doorkeeper) private readonly door: Doorkeeper,
    @Inject(GatewayWork) private readonly work: GatewayWork,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(CONFIG) private readonly config: Pick<Config, 'handshakesPerSecond'>,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  /**
   * Takes the `upgrade` events of an HTTP server; every path but the agents' is refused with 404.
   * @param others who takes other paths
   */
  attach(server: http.Server, others: Readonly<Record<string, UpgradeTaker>> = {}): void {
    server.on('upgrade', (request, socket, head) => {
      const taker = others[pathOf(request)];
      if (taker) taker.upgrade(request, socket, head);
      else this.upgrade(request, socket, head);
    });
  }

  /**
   * Sends everybody away and stores what was received: no new sockets, `goaway` with spread reconnects, the acks of
   * what is committed, then the closes. Takes some seconds at most; never rejects; a second call waits for the first.
   */
  drain(): Promise<void> {
    this.drained ??= this.sendAway().catch((error) => this.logger.error(`draining: ${describeError(error)}`));
    return this.drained;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.drain();
  }

  private upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const caller = { path: pathOf(request), peer: request.socket.remoteAddress, headers: request.headers };
    const admission = this.door.admit(caller, Date.now());
    if (admission.kind === 'refused') {
      answerRefused(socket, admission);
      return;
    }
    const release = releaseOf(this.door, admission.address);
    // A caller that hangs up, or that ws refuses, before the socket is open is no stranger any more.
    socket.once('close', release);
    this.server.handleUpgrade(request, socket, head, (ws) => {
      this.open(ws, this.origins.forHost(request.headers.host), admission.address, release);
    });
  }

  private open(ws: WebSocket, origin: string, from: string, release: () => void): void {
    const owner: SocketOwner = {
      handshake: {
        hello: (challenge, body) => this.handshake.hello(challenge, body, from),
        enroll: (challenge, body) => this.handshake.enroll(challenge, body, from),
      },
      handlers: this.handlers,
      welcomed: (socket) => {
        release();
        this.registry.add(socket);
        this.work.arrived(socket);
      },
      left: (socket) => {
        release();
        this.sockets.delete(socket);
        this.registry.remove(socket);
        if (socket.hostId === '') return;
        // While draining, all sessions are let go together.
        if (this.door.draining) this.leaving.push(socket);
        else this.letGo([socket]).catch((error) => this.logger.debug(describeError(error)));
      },
    };
    const socket = new AgentSocket(ws, origin, owner);
    this.sockets.add(socket);
    if (this.door.draining) socket.sendAway(this.spreadMs(0));
  }

  /** Frees the session rows; what stays behind (a crash, no database) is swept later. */
  private letGo(sockets: readonly AgentLink[]): Promise<void> {
    return this.sessions.release(sockets.map(({ hostId, fence }) => ({ hostId, fence })));
  }

  private async sendAway(): Promise<void> {
    this.door.close();
    this.work.stop();
    const count = this.sockets.size;
    for (const socket of this.sockets) socket.sendAway(this.spreadMs(count));
    await Promise.all([this.handlers.settle(storeLimitMs), this.work.settle(storeLimitMs)]);
    const left = [...this.sockets].map((socket) =>
      socket.farewell(closeCodes.restart, 'the server stops', goodbyeLimitMs),
    );
    await Promise.all(left);
    this.server.close();
    await within(storeLimitMs, this.letGo(this.leaving));
    if (count > 0) this.logger.log(`${count} agents sent away`);
  }

  /** When an agent that is sent away shall come back: uniform over the time in which half the rate of a server admits them all. */
  private spreadMs(count: number): number {
    const spread = Math.max(leastSpreadMs, (count / (this.config.handshakesPerSecond / 2)) * 1_000);
    return Math.floor(leastSpreadMs / 2 + Math.random() * spread);
  }
}

function pathOf(request: http.IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

/**
 * Says once that a stranger is none any more. Made outside of `upgrade`, whose variables it would keep for as long as the
 * socket lives: the whole request.
 */
function releaseOf(door: Doorkeeper, address: string): () => void {
  let done = false;
  return () => {
    if (!done) door.known(address);
    done = true;
  };
}
