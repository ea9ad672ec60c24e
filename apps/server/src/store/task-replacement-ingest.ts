import type { TaskReplaced } from '@carillon/contract/agent/task-events';
import type pg from 'pg';
import type { FreshEvent } from './ingest-plan.js';
import { unnest } from './unnest.js';

interface Row {
  readonly hostId: string;
  readonly eventId: string;
  readonly at: string;
  readonly data: TaskReplaced;
}

/** Keeps what replaced tasks were, beside what the host keeps. */
export async function storeTaskReplacements(client: pg.PoolClient, fresh: readonly FreshEvent[]): Promise<void> {
  const rows = fresh.flatMap(({ hostId, event: { eventId, at, data } }): Row[] =>
    data.kind === 'task.replaced' ? [{ hostId, eventId, at, data }] : [],
  );
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      id: ['uuid', (row: Row) => row.eventId],
      host_id: ['uuid', (row) => row.hostId],
      job_id: ['uuid', (row) => row.data.jobId],
      job_version: ['int', (row) => row.data.version],
      path: ['text', (row) => clean(row.data.path)],
      state: ['text', (row) => row.data.state],
      was_enabled: ['bool', (row) => row.data.wasEnabled],
      definition: ['text', (row) => row.data.xml && clean(row.data.xml)],
      message: ['text', (row) => row.data.message && clean(row.data.message)],
      noticed_at: ['timestamptz', (row) => row.at],
    },
    rows,
  );
  await client.query(
    `INSERT INTO task_replacement (id, host_id, job_id, job_version, path, state, was_enabled, definition, message, noticed_at)
     SELECT x.* FROM ${batch.sql} ON CONFLICT DO NOTHING`,
    batch.values,
  );
}

/** Postgres text cannot hold U+0000. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400');
}
