import { limits } from '@carillon/contract/limits';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { JobName } from '../queue/job-queue.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

/** `busy`: another server does the same work at this moment, which is as good. */
export type MaintenanceResult = { readonly kind: 'done'; readonly changed: number } | { readonly kind: 'busy' };

type Work = (client: pg.PoolClient) => Promise<number>;

/** An agent that took a command says so at once; this long after the command's end nothing more is on its way. */
const commandAnswerMs = 60_000;
const pruneRows = 20_000;

/** Work that keeps tables right and small. Every piece may run twice, late, or on several servers. */
@Injectable()
export class MaintenanceStore {
  private readonly work: Record<JobName, Work> = {
    partitions: ensurePartitions,
    'commands.expire': expireCommands,
    'sessions.sweep': sweepSessions,
    'events.prune': pruneEventKeys,
    'credentials.prune': pruneCredentials,
  };

  constructor(@Inject(Database) private readonly database: Database) {}

  run(name: JobName): Promise<MaintenanceResult> {
    return poolTransaction(this.database.pool, async (client) => {
      const lock = await client.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS got', [
        `carillon.maintenance.${name}`,
      ]);
      if (!lock.rows[0]?.got) return { kind: 'busy' };
      return { kind: 'done', changed: await this.work[name](client) };
    });
  }
}

async function ensurePartitions(client: pg.PoolClient): Promise<number> {
  const result = await client.query<{ made: number }>(
    'SELECT ensure_partitions(current_date - 8, current_date + 8) AS made',
  );
  return result.rows[0]?.made ?? 0;
}

/**
 * A queued command was never handed out: it did not run. One that was handed out and never answered may have run,
 * so it is not called expired.
 */
async function expireCommands(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `UPDATE command SET
       state = CASE state WHEN 'queued' THEN 'expired'::command_state ELSE 'indeterminate'::command_state END,
       code = CASE state WHEN 'queued' THEN 'not_delivered' ELSE 'no_answer' END, updated_at = now()
     WHERE (state = 'queued' AND expires_at < now())
        OR (state = 'delivered' AND expires_at < now() - $1 * interval '1 millisecond')`,
    [commandAnswerMs],
  );
  return result.rowCount ?? 0;
}

async function sweepSessions(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `UPDATE agent_session SET gateway_id = NULL
     WHERE gateway_id IS NOT NULL AND (last_seen_at IS NULL OR last_seen_at < now() - $1 * interval '1 millisecond')`,
    [limits.silenceMs],
  );
  return result.rowCount ?? 0;
}

async function pruneEventKeys(client: pg.PoolClient): Promise<number> {
  await client.query(`DELETE FROM task_change WHERE noticed_at < now() - interval '180 days'`);
  await client.query(`DELETE FROM start_failure WHERE failed_at < now() - interval '180 days'`);
  await client.query(`DELETE FROM host_absence WHERE to_at < now() - interval '180 days'`);
  await client.query(`DELETE FROM host_boot WHERE booted_at < now() - interval '180 days'`);
  const result = await client.query(
    `DELETE FROM agent_event_key WHERE ctid IN (
       SELECT k.ctid FROM agent_event_key k JOIN agent_session s ON s.host_id = k.host_id
       WHERE k.received_at < now() - interval '7 days' AND (k.epoch < s.epoch OR k.seq <= s.acked_seq)
       ORDER BY k.received_at LIMIT $1)`,
    [pruneRows],
  );
  return result.rowCount ?? 0;
}

/** Expired API tokens stay a while, so that "why was I signed out" has an answer. */
async function pruneCredentials(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `DELETE FROM credential WHERE expires_at < now() - CASE kind WHEN 'token' THEN interval '90 days' ELSE interval '1 day' END`,
  );
  return result.rowCount ?? 0;
}
