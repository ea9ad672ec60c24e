import type { EventFrame, IngestSession } from './ingest-plan.js';

/** About 200 bytes each. */
const mostHosts = 20_000;

/**
 * How far this server knows hosts' events to be committed. It may be wrong at any time (a newer session, another
 * server), so what is stored by it says what it takes for granted, and the database refuses it otherwise.
 */
export class CommittedEnds {
  private readonly byHost = new Map<string, IngestSession>();

  /**
   * The ends of all hosts of the frames, or undefined when one is not known. They are not known any more afterwards,
   * until `note` tells again: a batch that fails may have been stored or not.
   */
  take(frames: readonly EventFrame[]): IngestSession[] | undefined {
    const sessions = new Map<string, IngestSession>();
    let known = true;
    for (const { hostId, fence } of frames) {
      const session = sessions.get(hostId) ?? this.byHost.get(hostId);
      this.byHost.delete(hostId);
      if (session?.fence === fence) sessions.set(hostId, session);
      else known = false;
    }
    return known ? [...sessions.values()] : undefined;
  }

  note(sessions: readonly IngestSession[]): void {
    for (const session of sessions) this.byHost.set(session.hostId, session);
    for (const hostId of this.byHost.keys()) {
      if (this.byHost.size <= mostHosts) return;
      this.byHost.delete(hostId);
    }
  }
}
