import type { FreshEvent } from './ingest-plan.js';
import type { Columns } from './unnest.js';

/** Ids of events of a host that stand at consecutive numbers, in one row: a row for each would cost many times as much. */
export interface EventBatch {
  readonly hostId: string;
  readonly epoch: number;
  readonly firstSeq: number;
  /** 32 hexadecimal digits an event; zeros where a number was given up. */
  readonly ids: string;
}

/** Numbers of a row: 1 to 32, 33 to 64 and so on, so that an event that comes alone joins those before it. */
const blockNumbers = 32;
/** Rows of older servers begin anywhere and have so many numbers at most; whoever looks has to look so far back. */
export const batchNumbers = 2_000;
const none = '0'.repeat(32);

/** Columns of new rows, ids as hexadecimal text. */
export const eventBatchColumns = {
  host_id: ['uuid', (row: EventBatch) => row.hostId],
  epoch: ['int', (row: EventBatch) => row.epoch],
  first_seq: ['bigint', (row: EventBatch) => row.firstSeq],
  ids: ['text', (row: EventBatch) => row.ids],
} as const satisfies Columns<EventBatch>;

/** Packs events into rows, each with the numbers from the row's first on; those that are not there are zeros. */
export function packEvents(fresh: readonly FreshEvent[]): EventBatch[] {
  const rows = new Map<string, Omit<EventBatch, 'ids'> & { readonly places: string[] }>();
  for (const { hostId, epoch, event } of fresh) {
    const place = (event.seq - 1) % blockNumbers;
    const firstSeq = event.seq - place;
    const key = `${hostId}/${epoch}/${firstSeq}`;
    const row = rows.get(key) ?? { hostId, epoch, firstSeq, places: [] };
    if (row.places.length === 0) rows.set(key, row);
    while (row.places.length < place) row.places.push(none);
    row.places[place] = event.eventId.replaceAll('-', '');
  }
  return [...rows.values()].map(({ places, ...row }) => ({ ...row, ids: places.join('') }));
}

/** @param ids as `EventBatch` has them @returns the id at a place, or undefined where a number was given up */
export function eventIdAt(ids: string, place: number): string | undefined {
  const hex = ids.slice(place * 32, place * 32 + 32);
  if (hex === none || hex === '') return undefined;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
