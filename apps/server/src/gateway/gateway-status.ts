import { Inject, Injectable } from '@nestjs/common';
import { Doorkeeper } from './doorkeeper.js';
import { EventIntake } from './event-intake.js';
import { OutputIntake } from './output-intake.js';
import { SocketRegistry } from './socket-registry.js';

/** Counters grow from the start of the process; the rest is of this moment. */
export interface GatewaySnapshot {
  /** Agents whose socket this server holds. */
  readonly agents: number;
  /** Open sockets that have not said hello. */
  readonly unauthenticated: number;
  readonly draining: boolean;
  /** Events received and not stored yet. */
  readonly eventsPending: number;
  /** Events stored for the first time; duplicates do not count. */
  readonly eventsIngested: number;
  /** Bytes of output stored, as they were sent (compressed). */
  readonly logBytesIngested: number;
  /** Failed attempts to store a batch; each was or is tried again. */
  readonly ingestFailures: number;
}

/** What `/metrics` and `/readyz` show of the gateway. */
@Injectable()
export class GatewayStatus {
  constructor(
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
    @Inject(Doorkeeper) private readonly door: Doorkeeper,
    @Inject(EventIntake) private readonly events: EventIntake,
    @Inject(OutputIntake) private readonly output: OutputIntake,
  ) {}

  snapshot(): GatewaySnapshot {
    return {
      agents: this.registry.size,
      unauthenticated: this.door.unauthenticated,
      draining: this.door.draining,
      eventsPending: this.events.pending,
      eventsIngested: this.events.stored,
      logBytesIngested: this.output.storedBytes,
      ingestFailures: this.events.failures + this.output.failures,
    };
  }
}
