/** Rows that are delivered by whichever server gets to know of them first. */
export const deliveryKinds = ['notices', 'events'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

/**
 * Gives ids of rows that are due to one of all servers, after the commit that wrote them. Ids and no more: what is to be
 * done stands in Postgres, where a row is taken by lease. So an id may be lost, doubled, late or forged.
 */
export interface DeliveryQueue {
  /**
   * Never throws and never waits.
   * @param otherwise is called, at once or later, when the queue did not take them
   */
  handOver(kind: DeliveryKind, ids: readonly string[], otherwise: () => void): void;
  /** @param work is waited for: a server that is busy leaves ids to the others. @returns how to stop */
  serve(kind: DeliveryKind, work: () => Promise<void>): () => void;
  close(): Promise<void>;
}

/** Without Redis there is nobody to share with: what is handed over is done here. */
export const noDeliveryQueue: DeliveryQueue = {
  handOver: (_kind, _ids, otherwise) => otherwise(),
  serve: () => () => undefined,
  close: () => Promise.resolve(),
};

/** Injection token. */
export const DELIVERY_QUEUE = Symbol('delivery queue');
