import type { SpoolLost } from '@carillon/contract/agent/host-events';
import type pg from 'pg';
import { signalSpoolLosses } from './alert-signals.js';
import type { FreshEvent } from './ingest-plan.js';
import { unnest } from './unnest.js';

interface Row {
  readonly hostId: string;
  readonly eventId: string;
  readonly at: string;
  readonly data: SpoolLost;
}

/** Notes what hosts had to give up. */
export async function storeSpoolLosses(client: pg.PoolClient, fresh: readonly FreshEvent[]): Promise<void> {
  const rows = fresh.flatMap(({ hostId, event: { eventId, at, data } }): Row[] =>
    data.kind === 'spool.lost' ? [{ hostId, eventId, at, data }] : [],
  );
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      id: ['uuid', (row: Row) => row.eventId],
      host_id: ['uuid', (row) => row.hostId],
      reason: ['spool_loss_reason', (row) => row.data.reason],
      run_events: ['bigint', (row) => row.data.runEvents],
      other_events: ['bigint', (row) => row.data.otherEvents],
      output_runs: ['bigint', (row) => row.data.outputRuns],
      output_bytes: ['bigint', (row) => row.data.outputBytes],
      run_ids: ['text', (row) => row.data.runIds.join(',')],
      lost_from: ['timestamptz', (row) => row.data.from],
      lost_to: ['timestamptz', (row) => row.data.to],
      noticed_at: ['timestamptz', (row) => row.at],
    },
    rows,
  );
  // An array of arrays must be rectangular for unnest, so the ids travel as one text.
  await client.query(
    `INSERT INTO spool_loss (id, host_id, reason, run_events, other_events, output_runs, output_bytes, run_ids, lost_from,
       lost_to, noticed_at)
     SELECT x.id, x.host_id, x.reason, x.run_events, x.other_events, x.output_runs, x.output_bytes,
       string_to_array(x.run_ids, ',')::uuid[], x.lost_from, x.lost_to, x.noticed_at
     FROM ${batch.sql} ON CONFLICT DO NOTHING`,
    batch.values,
  );
  await signalSpoolLosses(
    client,
    rows.map(({ hostId, at, data: { reason, runEvents } }) => ({ hostId, atMs: Date.parse(at), reason, runEvents })),
  );
}
