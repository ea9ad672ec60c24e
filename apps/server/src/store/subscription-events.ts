import { randomBytes } from 'node:crypto';
import type { SubscriptionEvent } from '@carillon/core/alert/subscribe/subscription-events';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Client } from './pool-transaction.js';
import { type Columns, unnest } from './unnest.js';

/** Something that one subscription is to hear of. */
export interface NewEvent {
  readonly subscriptionId: string;
  readonly type: SubscriptionEvent;
  readonly incidentId: string | null;
  readonly runId: string | null;
  readonly data: unknown;
}

/** So many may wait for one subscription; what comes on top is counted and lost. */
const mostWaiting = 10_000;

type Row = NewEvent & { readonly id: string; readonly at: Date };
const columns = {
  id: ['uuid', (row: Row) => row.id],
  subscription_id: ['uuid', (row) => row.subscriptionId],
  type: ['text', (row) => row.type],
  incident_id: ['uuid', (row) => row.incidentId],
  run_id: ['uuid', (row) => row.runId],
  data: ['json', (row) => JSON.stringify(row.data)],
  created_at: ['timestamptz', (row) => row.at],
} as const satisfies Columns<Row>;

/**
 * Queues events in the transaction that made them true. An update that was not sent yet is of no use once a newer event
 * of its incident is there: each says all of it. @returns ids of those that were queued
 */
export async function queueEvents(client: Client, events: readonly NewEvent[], nowMs: number): Promise<string[]> {
  if (events.length === 0) return [];
  await cancelUpdates(client, events);
  const ids = [...new Set(events.map(({ subscriptionId }) => subscriptionId))];
  const room = await roomOf(client, ids);
  const kept: Row[] = [];
  const lost = new Map<string, number>();
  for (const event of events) {
    const { subscriptionId } = event;
    const left = room.get(subscriptionId) ?? 0;
    room.set(subscriptionId, left - 1);
    if (left > 0) kept.push({ ...event, id: makeUuid7(nowMs, randomBytes(10)), at: new Date(nowMs) });
    else lost.set(subscriptionId, (lost.get(subscriptionId) ?? 0) + 1);
  }
  for (const [id, count] of lost)
    await client.query('UPDATE subscription SET dropped = dropped + $2 WHERE id = $1', [id, count]);
  if (kept.length === 0) return [];
  const names = Object.keys(columns).join(', ');
  const batch = unnest('x', columns, kept);
  await client.query(
    `INSERT INTO subscription_delivery (${names}, next_at) SELECT ${names}, created_at FROM ${batch.sql}`,
    batch.values,
  );
  return kept.map(({ id }) => id);
}

async function cancelUpdates(client: Client, events: readonly NewEvent[]): Promise<void> {
  const about = events.filter(({ incidentId }) => incidentId !== null);
  if (about.length === 0) return;
  // One that is going out at this moment is left to whoever sends it; the row of another server is not waited for.
  await client.query(
    `UPDATE subscription_delivery SET state = 'cancelled', next_at = NULL, outcome = $3 WHERE id IN (
       SELECT d.id FROM subscription_delivery d JOIN unnest($1::uuid[], $2::uuid[]) AS x(subscription_id, incident_id)
         ON x.subscription_id = d.subscription_id AND x.incident_id = d.incident_id
       WHERE d.next_at IS NOT NULL AND d.type = 'incident.updated' AND d.state IN ('queued', 'failed')
       FOR UPDATE OF d SKIP LOCKED)`,
    [
      about.map(({ subscriptionId }) => subscriptionId),
      about.map(({ incidentId }) => incidentId),
      JSON.stringify({ code: 'superseded', text: 'a newer event of the same incident tells all of it' }),
    ],
  );
}

/** Locked against being deleted meanwhile; what is deleted has no room. */
async function roomOf(client: Client, ids: readonly string[]): Promise<Map<string, number>> {
  const result = await client.query<{ id: string; waiting: number }>(
    `SELECT s.id, (SELECT count(*)::int FROM subscription_delivery d WHERE d.subscription_id = s.id AND d.next_at IS NOT NULL) AS waiting
     FROM subscription s WHERE s.id = ANY($1::uuid[]) FOR KEY SHARE OF s`,
    [ids],
  );
  return new Map(result.rows.map(({ id, waiting }) => [id, mostWaiting - waiting]));
}
