import { randomBytes, randomUUID } from 'node:crypto';
import type { Spread } from '@carillon/core/alert/incident';
import type { Reason } from '@carillon/core/alert/reason';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Database } from '../database.store.js';

export const emptySpread: Spread = {
  firing: 0,
  total: 0,
  hosts: 0,
  jobs: 0,
  hostsOfJob: null,
  byExitCode: {},
  byVersion: {},
  byLabel: {},
  examples: [],
};

export interface IncidentChanges {
  readonly state?: string;
  readonly severity?: string;
  readonly title?: string;
  readonly policy?: string;
  readonly jobId?: string | null;
  readonly hostId?: string | null;
  readonly openedAtMs?: number;
  readonly assignee?: string;
  readonly acknowledgedBy?: string;
  readonly muted?: Reason;
  readonly spread?: Partial<Spread>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly escalation?: object;
  readonly data?: object;
}

/** An incident as the engine would have written it. */
export async function addIncident(
  database: Database,
  changes: IncidentChanges = {},
): Promise<{ id: string; number: number }> {
  const at = new Date(changes.openedAtMs ?? Date.now());
  const state = changes.state ?? 'firing';
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const result = await database.pool.query<{ id: string; number: number }>(
    `INSERT INTO incident (id, key, state, severity, title, policy, job_id, host_id, opened_at, updated_at, resolved_at,
       acknowledged_by, acknowledged_at, assignee, muted, spread, escalation, labels, data)
     VALUES ($1::uuid, $1::text, $2::text, $3, $4, $5, $6, $7, $8::timestamptz, $8::timestamptz, CASE WHEN $2::text = 'resolved' THEN $8::timestamptz END,
       $9::text, CASE WHEN $9::text IS NOT NULL THEN $8::timestamptz END, $10, $11, $12, $13, $14, $15)
     RETURNING id, number::float8 AS number`,
    [
      randomUUID(),
      state,
      changes.severity ?? 'medium',
      changes.title ?? 'nightly fails on db-01',
      changes.policy ?? 'nightly-backups',
      changes.jobId ?? null,
      changes.hostId ?? null,
      at,
      changes.acknowledgedBy ?? null,
      changes.assignee ?? null,
      json(changes.muted),
      json({ ...emptySpread, ...changes.spread }),
      json(changes.escalation),
      json(changes.labels ?? {}),
      json(changes.data ?? {}),
    ],
  );
  return result.rows[0] as { id: string; number: number };
}

/** An alert that fires, or is in another state. @returns its id */
export async function addAlert(
  database: Database,
  place: { incidentId?: string | null; jobId?: string | null; hostId?: string | null },
  changes: { policy?: string; state?: string; severity?: string; what?: string; reason?: Reason; facts?: object } = {},
): Promise<string> {
  const id = makeUuid7(Date.now(), randomBytes(10));
  const reason = changes.reason ?? {
    code: 'consecutive_failures',
    text: '3 runs failed one after the other',
    figures: { failures: 3 },
  };
  await database.pool.query(
    `INSERT INTO alert (id, policy, job_id, host_id, what, state, severity, since, fired_at, reason, facts, incident_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now(), $8, $9, $10)`,
    [
      id,
      changes.policy ?? 'nightly-backups',
      place.jobId ?? null,
      place.hostId ?? null,
      changes.what ?? '',
      changes.state ?? 'firing',
      changes.severity ?? 'medium',
      JSON.stringify(reason),
      JSON.stringify(changes.facts ?? {}),
      place.incidentId ?? null,
    ],
  );
  return id;
}

/** A notice of an incident. @returns its id */
export async function addNotice(
  database: Database,
  incidentId: string | null,
  changes: {
    channel?: string;
    reason?: string;
    state?: string;
    attempts?: number;
    outcome?: Reason;
    recipient?: string;
  } = {},
): Promise<string> {
  const id = makeUuid7(Date.now(), randomBytes(10));
  const { outcome, recipient } = changes;
  await database.pool.query(
    `INSERT INTO notice (id, key, incident_id, channel, recipient, reason, content, state, attempts, sent_at, outcome)
     VALUES ($1::uuid, $1::text, $2, $3, $4, $5, '{}', $6::text, $7, CASE WHEN $6::text = 'sent' THEN now() END, $8)`,
    [
      id,
      incidentId,
      changes.channel ?? 'email',
      recipient ?? null,
      changes.reason ?? 'opened',
      changes.state ?? 'sent',
      changes.attempts ?? 1,
      outcome ? JSON.stringify(outcome) : null,
    ],
  );
  return id;
}
