import type pg from 'pg';
import { awaitAlertTurn } from './alert-lock.js';

/** How long what alerts leave behind is kept. */
export interface AlertRetention {
  /** Days since an incident was resolved; its alerts, log, tickets and links go with it. */
  readonly keepIncidentsDays: number;
  /** Days since a notice was written, of those that were sent or are no longer of use. */
  readonly keepNoticesDays: number;
}

/** So many incidents, and rows of each other table, in one transaction: the engine waits for it. */
const incidentsPerSweep = 200;
const rowsPerSweep = 20_000;
/** What belongs to an incident by its id. */
const parts = ['alert_log', 'notice', 'ticket_link', 'incident_link', 'alert'] as const;

/**
 * Forgets what is older than is kept, a batch at a time. Never an incident that is open, whose alerts fire on though a
 * person closed it, which heads a storm that goes on, or for which a notice or a ticket still waits. A notice that was
 * given up waits for a person: it stays as long as its incident, or as one would.
 * @returns how many rows went
 */
export async function pruneAlerts(client: pg.PoolClient, keep: AlertRetention): Promise<number> {
  let gone = await pruneLoose(client, keep);
  // An incident that is opened again meanwhile must not lose its past.
  await awaitAlertTurn(client);
  const { rows } = await client.query<{ id: string }>(
    `SELECT i.id FROM incident i WHERE i.state = 'resolved' AND i.resolved_at < now() - $1 * interval '1 day'
       AND NOT EXISTS (SELECT FROM alert a WHERE a.incident_id = i.id AND a.state <> 'resolved')
       AND NOT EXISTS (SELECT FROM notice n WHERE n.incident_id = i.id AND n.next_at IS NOT NULL)
       AND NOT EXISTS (SELECT FROM ticket_link t WHERE t.incident_id = i.id AND ${ticketWaits})
       AND i.id::text NOT IN (SELECT o.data->'storm'->>'id' FROM incident o WHERE o.state <> 'resolved' AND o.data->'storm'->>'id' IS NOT NULL)
     ORDER BY i.resolved_at LIMIT $2`,
    [keep.keepIncidentsDays, incidentsPerSweep],
  );
  if (rows.length === 0) return gone;
  const ids = rows.map(({ id }) => id);
  let partsLeft = false;
  for (const table of parts) {
    const result = await client.query(
      `DELETE FROM ${table} WHERE ctid IN (SELECT p.ctid FROM ${table} p WHERE p.incident_id = ANY($1::uuid[]) LIMIT $2)`,
      [ids, rowsPerSweep],
    );
    gone += result.rowCount ?? 0;
    partsLeft ||= result.rowCount === rowsPerSweep;
  }
  // They go last, so that what is left of one is found next time.
  if (partsLeft) return gone;
  const result = await client.query('DELETE FROM incident WHERE id = ANY($1::uuid[])', [ids]);
  return gone + (result.rowCount ?? 0);
}

/** A channel that is gone has nobody who would ever see to its tickets. */
const ticketWaits = `(t.due_at IS NOT NULL OR t.leased_until > now())
  AND EXISTS (SELECT FROM alert_document d WHERE d.kind = 'Channel' AND d.name_key = lower(t.integration))`;

/** What ends by itself: notices that are over, and what belongs to no incident. */
async function pruneLoose(client: pg.PoolClient, { keepNoticesDays, keepIncidentsDays }: AlertRetention) {
  const statements = [
    [
      `notice WHERE next_at IS NULL AND state <> 'dead' AND created_at < now() - $1 * interval '1 day'
        AND NOT EXISTS (SELECT FROM incident i WHERE i.id = incident_id AND i.state <> 'resolved')`,
      keepNoticesDays,
    ],
    [
      `notice WHERE state = 'dead' AND incident_id IS NULL AND created_at < now() - $1 * interval '1 day'`,
      keepIncidentsDays,
    ],
    [
      `alert WHERE state = 'resolved' AND incident_id IS NULL AND resolved_at < now() - $1 * interval '1 day'`,
      keepNoticesDays,
    ],
    [
      `alert_log WHERE incident_id IS NULL AND at < now() - $1 * interval '1 day'
        AND NOT EXISTS (SELECT FROM alert a WHERE a.id = alert_id AND a.state <> 'resolved')`,
      keepNoticesDays,
    ],
  ] as const;
  let gone = 0;
  for (const [what, days] of statements) {
    const table = what.slice(0, what.indexOf(' '));
    const result = await client.query(`DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${what} LIMIT $2)`, [
      days,
      rowsPerSweep,
    ]);
    gone += result.rowCount ?? 0;
  }
  return gone;
}
