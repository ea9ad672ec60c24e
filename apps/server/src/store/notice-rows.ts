import type { NoticeContent } from '@carillon/core/alert/notice';
import type { NoticeReason } from '@carillon/core/state/states';
import type { Client } from './pool-transaction.js';
import { type Columns, unnest } from './unnest.js';

export interface NewNotice {
  readonly id: string;
  readonly key: string;
  readonly incidentId: string | null;
  readonly generation: number;
  readonly channel: string;
  readonly recipient: string | null;
  readonly reason: NoticeReason;
  readonly step: number;
  readonly content: NoticeContent;
  readonly createdAt: Date;
}

const columns = {
  id: ['uuid', (notice: NewNotice) => notice.id],
  key: ['text', (notice) => notice.key],
  incident_id: ['uuid', (notice) => notice.incidentId],
  generation: ['int', (notice) => notice.generation],
  channel: ['text', (notice) => notice.channel],
  recipient: ['text', (notice) => notice.recipient],
  reason: ['text', (notice) => notice.reason],
  step: ['int', (notice) => notice.step],
  content: ['jsonb', (notice) => JSON.stringify(notice.content)],
  created_at: ['timestamptz', (notice) => notice.createdAt],
  next_at: ['timestamptz', (notice) => notice.createdAt],
} as const satisfies Columns<NewNotice>;

/** Queues notices. One whose key is there already is not queued again. @returns ids of those that are new */
export async function queueNotices(client: Client, notices: readonly NewNotice[]): Promise<Set<string>> {
  if (notices.length === 0) return new Set();
  const names = Object.keys(columns).join(', ');
  const batch = unnest('x', columns, notices);
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO notice (${names}) SELECT ${names} FROM ${batch.sql} ON CONFLICT (key) DO NOTHING RETURNING id`,
    batch.values,
  );
  return new Set(rows.map(({ id }) => id));
}
