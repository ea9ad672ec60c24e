import { type DeliveryKind, type DeliveryQueue, deliveryKinds } from './delivery-queue.js';
import type { Hint, Hints, HintsHealth } from './hints.js';

/** Hints of what one server is enough for go through the queue of deliveries, all others to everybody. */
export class QueuedHints implements Hints {
  constructor(
    private readonly toAll: Hints,
    private readonly toOne: DeliveryQueue,
  ) {}

  publish(hint: Hint): void {
    const { kind, ids = [] } = hint;
    if (isDelivery(kind) && ids.length > 0)
      this.toOne.handOver(kind, ids, () => this.toAll.publish({ kind, hostIds: [] }));
    else this.toAll.publish(hint);
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    return this.toAll.subscribe(listener);
  }

  health(): Promise<HintsHealth> {
    return this.toAll.health();
  }
}

function isDelivery(kind: string): kind is DeliveryKind {
  return (deliveryKinds as readonly string[]).includes(kind);
}
