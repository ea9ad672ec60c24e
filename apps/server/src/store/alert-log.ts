import type { Reason } from '@carillon/core/alert/reason';
import type { AlertStage } from '@carillon/core/state/states';
import type pg from 'pg';
import { type Columns, unnest } from './unnest.js';

/** One decision of one stage, told where people look for it. */
export interface AlertLogEntry {
  readonly incidentId: string | null;
  readonly alertId?: string | null;
  readonly noticeId?: string | null;
  readonly at: Date;
  readonly stage: AlertStage;
  readonly reason: Reason;
  /** Who decided; null where the product did. */
  readonly actor?: string | null;
}

const columns = {
  incident_id: ['uuid', (entry: AlertLogEntry) => entry.incidentId],
  alert_id: ['uuid', (entry) => entry.alertId ?? null],
  notice_id: ['uuid', (entry) => entry.noticeId ?? null],
  at: ['timestamptz', (entry) => entry.at],
  stage: ['text', (entry) => entry.stage],
  code: ['text', (entry) => entry.reason.code],
  text: ['text', (entry) => entry.reason.text],
  actor: ['text', (entry) => entry.actor ?? null],
  data: ['jsonb', (entry) => (entry.reason.figures ? JSON.stringify(entry.reason.figures) : null)],
} as const satisfies Columns<AlertLogEntry>;

/** Adds decisions in their order, in the transaction that carries them out. */
export async function logDecisions(client: pg.PoolClient, entries: readonly AlertLogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const names = Object.keys(columns).join(', ');
  const batch = unnest('x', columns, entries);
  await client.query(`INSERT INTO alert_log (${names}) SELECT ${names} FROM ${batch.sql}`, batch.values);
}
