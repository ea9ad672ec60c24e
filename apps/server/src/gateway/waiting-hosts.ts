import { Inject, Injectable } from '@nestjs/common';
import { StateLog } from '../queue/state-log.js';
import { SessionStore } from '../store/session.store.js';
import { closeCodes } from './close-codes.js';
import { SocketRegistry } from './socket-registry.js';

const comeBackMs = 100;

/** Sockets of hosts that nobody has let in yet: they get nothing, and leave when somebody has decided. */
@Injectable()
export class WaitingHosts {
  private readonly state = new StateLog('Hosts that wait');
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
  ) {}

  /** Looks whether somebody has decided. Never throws: the next poll looks again. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce()
      .then(
        () => this.state.works(),
        (error: unknown) => this.state.fails(error),
      )
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const waiting = this.registry.waiting();
    if (waiting.length === 0) return;
    const states = await this.sessions.statesOf(waiting.map(({ hostId }) => hostId));
    for (const link of waiting) {
      const state = states.get(link.hostId);
      if (state === 'pending') continue;
      // What it may have it gets in a session of its own, judged anew.
      if (state === 'active') link.sendAway(comeBackMs);
      else link.refuse({ code: 'revoked', message: 'nobody let this host in' }, closeCodes.forbidden);
    }
  }
}
