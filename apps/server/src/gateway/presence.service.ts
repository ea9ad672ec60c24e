import { limits } from '@carillon/contract/limits';
import { Inject, Injectable } from '@nestjs/common';
import { StateLog } from '../queue/state-log.js';
import { SessionStore } from '../store/session.store.js';
import type { AgentLink } from './agent-link.js';
import { closeCodes } from './close-codes.js';
import { GatewayIdentity } from './handshake.service.js';
import { SocketRegistry } from './socket-registry.js';

/** Knows which agents are alive, and writes it down now and then, for all hosts at once. */
@Injectable()
export class Presence {
  private readonly state = new StateLog('Presence');
  private flushing = false;
  private flushedMs = 0;

  constructor(
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
    @Inject(GatewayIdentity) private readonly identity: GatewayIdentity,
  ) {}

  /** Writes who was heard of since the last time; sockets whose session is no longer the newest are let go. */
  async flush(nowMs: number): Promise<void> {
    const links = [...this.registry.all(), ...this.registry.waiting()].filter(
      (link) => link.lastFrameMs > this.flushedMs,
    );
    if (this.flushing || links.length === 0) return;
    this.flushing = true;
    try {
      const heard = links.map((link) => ({ link, heard: link.heard }));
      const lost = await this.sessions.seen(
        this.identity.id,
        links.map((link) => seenHost(link, nowMs)),
      );
      this.flushedMs = nowMs - 1;
      for (const { link, heard: written } of heard) if (link.heard === written) link.heard = null;
      for (const hostId of lost) this.letGo(hostId, links);
      this.state.works();
    } catch (error) {
      this.state.fails(error);
    } finally {
      this.flushing = false;
    }
  }

  /** A socket from which nothing came for too long is dead, whatever TCP believes. */
  closeSilent(nowMs: number): void {
    for (const link of [...this.registry.all(), ...this.registry.waiting()]) {
      if (nowMs - link.lastFrameMs > limits.silenceMs) link.close(closeCodes.tryAgain, 'silent');
    }
  }

  /** A session began somewhere for these hosts: if it is newer than ours, ours ends. */
  async letGoSuperseded(links: readonly AgentLink[]): Promise<void> {
    const lost = await this.sessions.superseded(links.map(({ hostId, fence }) => ({ hostId, fence })));
    for (const hostId of lost) this.letGo(hostId, links);
  }

  private letGo(hostId: string, links: readonly AgentLink[]): void {
    links.find((link) => link.hostId === hostId)?.supersede();
  }
}

function seenHost(link: AgentLink, nowMs: number) {
  return {
    hostId: link.hostId,
    fence: link.fence,
    agoMs: Math.max(0, nowMs - link.lastFrameMs),
    spoolWaiting: link.heard?.spoolWaiting ?? null,
    observedHash: link.heard?.observedHash ?? null,
    disk: link.heard?.disk ?? null,
    load: link.heard?.load ?? null,
    clockAheadMs: link.clockAheadMs,
  };
}
