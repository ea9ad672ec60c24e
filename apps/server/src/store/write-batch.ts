import type pg from 'pg';
import { type EventBatch, eventBatchColumns } from './event-batches.js';
import type { RunRow } from './fold-runs.js';
import type { IngestSession } from './ingest-plan.js';
import { runColumns } from './run-columns.js';
import { countMovesSql } from './run-hours.js';
import { batchValues, type Columns, unnest } from './unnest.js';

/** A host's session before the batch and after it. */
export interface MovedSession {
  readonly before: IngestSession;
  readonly after: IngestSession;
}

/** What a batch of events leaves behind. */
export interface BatchWrites {
  readonly runs: readonly RunRow[];
  readonly events: readonly EventBatch[];
  readonly sessions: readonly MovedSession[];
  /** Where counts of jobs go; batches that are stored at the same time should have slots of their own. */
  readonly slot: number;
}

const sessionColumns = {
  host_id: ['uuid', (row: MovedSession) => row.before.hostId],
  fence: ['bigint', (row: MovedSession) => row.before.fence],
  was_epoch: ['int', (row: MovedSession) => row.before.epoch],
  was_acked: ['bigint', (row: MovedSession) => row.before.ackedSeq],
  epoch: ['int', (row: MovedSession) => row.after.epoch],
  acked: ['bigint', (row: MovedSession) => row.after.ackedSeq],
} as const satisfies Columns<MovedSession>;

/**
 * Runs, their counts, the numbers of the events and the committed end of each host, in one statement, whole or not at
 * all: each session must still be as `before` says. Its row is locked until the commit, so that no newer session begins
 * meanwhile; and only who holds its fence changes the host's runs, one batch after the other, so that nobody changes them
 * between the look and the write.
 *
 * Runs are order-independent: an event replaces what is stored only when it says more (see `evidenceOf`), so a late start
 * never undoes an end, and a repeat moves no count. A run that belongs to another host is not touched.
 * @returns false when nothing was written, since a session is no longer what it was
 */
export async function writeBatch(client: Pick<pg.Pool, 'query'>, writes: BatchWrites): Promise<boolean> {
  const { runs, events, sessions, slot } = writes;
  const values: unknown[] = [slot, sessions.length];
  values.push(...batchValues(runColumns, runs), ...batchValues(eventBatchColumns, events));
  values.push(...batchValues(sessionColumns, sessions));
  const result = await client.query({ name: 'carillon.write_batch', text: writeBatchSql, values });
  return result.rowCount === writes.sessions.length;
}

const names = Object.keys(runColumns);

function rankOf(table: 'run' | 'excluded' | 'x'): string {
  return `CASE ${table}.state WHEN 'waiting' THEN -1 WHEN 'running' THEN 0 WHEN 'indeterminate' THEN 1 ELSE 2 END`;
}

/**
 * Always the same text, so that Postgres plans it once for each connection. That plan expects few rows, so nothing here
 * may join two parts of a batch: it would compare each with each. `gate` is one row, and everything waits for it;
 * `before` has the same condition as the update. `signals` tells the alert engine of jobs at which a policy looks;
 * `reports` are owed to runs whose definition, at their version, is to report; where no definition is, none is looked up.
 */
const writeBatchSql = (() => {
  const runs = unnest('u', runColumns, [], 3);
  const events = unnest('e', eventBatchColumns, [], 3 + runs.values.length);
  const sessions = unnest('m', sessionColumns, [], 3 + runs.values.length + events.values.length);
  const replaced = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);
  return `WITH y AS MATERIALIZED (SELECT * FROM ${sessions.sql}),
  locked AS MATERIALIZED (
    SELECT s.host_id FROM y JOIN agent_session s ON s.host_id = y.host_id
    WHERE s.fence = y.fence AND s.epoch = y.was_epoch AND s.acked_seq = y.was_acked
    ORDER BY s.host_id FOR NO KEY UPDATE OF s),
  gate AS MATERIALIZED (SELECT count(*) = $2::int AS open FROM locked),
  x AS MATERIALIZED (SELECT u.* FROM gate, ${runs.sql} WHERE gate.open),
  before AS (
    SELECT run.id, run.job_id, run.host_id, run.state, run.duration_ms FROM x JOIN run ON run.id = x.id
    WHERE run.host_id = x.host_id AND ${rankOf('x')} > ${rankOf('run')}),
  written AS (
    INSERT INTO run (${names.join(', ')}) SELECT ${names.join(', ')} FROM x
    ON CONFLICT (id) DO UPDATE SET ${replaced.join(', ')}
    WHERE run.host_id = excluded.host_id AND ${rankOf('excluded')} > ${rankOf('run')}
    RETURNING id, job_id, job_version, host_id, state, duration_ms),
  moves AS (
    SELECT id, job_id, host_id, state, duration_ms, 1 AS n FROM written
    UNION ALL
    SELECT id, job_id, host_id, state, duration_ms, -1 FROM before),
  signals AS (
    INSERT INTO alert_signal (kind, job_id, host_id, run_id)
    SELECT 'run', written.job_id, written.host_id, written.id FROM written JOIN alert_watch w ON w.job_id = written.job_id
    WHERE w.starts OR written.state NOT IN ('waiting', 'running')),
  reports AS (
    INSERT INTO report_due (run_id)
    SELECT written.id FROM written JOIN job_version v ON v.job_id = written.job_id AND v.version = written.job_version
    WHERE written.state = 'succeeded' AND 'action-report' = ANY(v.needs)
      AND EXISTS (SELECT FROM job_version WHERE 'action-report' = ANY(needs))
    ON CONFLICT DO NOTHING),
  ${countMovesSql('$1')},
  numbers AS (
    INSERT INTO agent_event_batch AS b (host_id, epoch, first_seq, event_ids)
    SELECT host_id, epoch, first_seq, decode(ids, 'hex') FROM gate, ${events.sql} WHERE gate.open
    ORDER BY host_id, epoch, first_seq
    -- What stands there stays; numbers behind it are added.
    ON CONFLICT (host_id, epoch, first_seq) DO UPDATE
    SET event_ids = b.event_ids || substring(excluded.event_ids FROM length(b.event_ids) + 1)
    WHERE length(excluded.event_ids) > length(b.event_ids))
  UPDATE agent_session s SET epoch = y.epoch, acked_seq = y.acked, last_seen_at = now()
  FROM y, gate WHERE gate.open AND s.host_id = y.host_id`;
})();
