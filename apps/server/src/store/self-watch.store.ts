import { randomBytes } from 'node:crypto';
import type { Reason } from '@carillon/core/alert/reason';
import type { Probe } from '@carillon/core/alert/self-watch/decide-probe';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import type { RunFacts } from '@carillon/core/alert/signal';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { awaitAlertTurn } from './alert-lock.js';
import { signalSystem } from './alert-signals.js';
import { Database } from './database.store.js';
import { type Client, poolTransaction } from './pool-transaction.js';
import { steadySince } from './watch-turn.js';

/** How the way of alerts is, as people and monitoring see it. */
export interface SelfWatchFigures {
  readonly lastSuccessAt: Date | null;
  /** From putting the failure in until its notice arrived, in milliseconds; of the last that came through. */
  readonly lastToldMs: number | null;
  readonly silentSince: Date | null;
}

/** A part of ours, as alerts about ourselves name it. */
const part = 'alerts:self-watch';
const watchName = 'self-watch';
/** A turn takes milliseconds; whoever waits longer finds the engine stuck, which is what is looked for. */
const lockTimeoutMs = 10_000;
const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** The newest probe, and what it leaves in the tables of alerts: all of it goes before the next. */
@Injectable()
export class SelfWatchStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Notes that somebody watches. @returns the newest probe, and since when servers have watched without a break */
  async look(nowMs: number): Promise<{ probe: (Probe & { failedRunId: string }) | null; steadySinceMs: number }> {
    return poolTransaction(this.database.pool, async (client) => {
      const steadySinceMs = await steadySince(client, watchName, nowMs);
      const { rows } = await client.query<Probe & { failedRunId: string }>(
        `SELECT failed_run_id AS "failedRunId", ${ms('began_at')} AS "beganMs", ${ms('told_at')} AS "toldMs",
           ${ms('ended_at')} AS "endedMs", ${ms('silent_since')} AS "silentSinceMs" FROM self_watch`,
      );
      return { probe: rows[0] ?? null, steadySinceMs };
    });
  }

  /** Takes the next probe for this server. @returns its failed run; null when another server was faster */
  async claim(everyMs: number, nowMs: number): Promise<string | null> {
    const [failedRunId, goodRunId] = [newId(nowMs), newId(nowMs + 1)];
    const { rowCount } = await this.database.pool.query(
      `INSERT INTO self_watch AS s (failed_run_id, good_run_id, began_at) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET failed_run_id = $1, good_run_id = $2, began_at = $3, told_at = NULL, ended_at = NULL
         WHERE s.began_at <= $3::timestamptz - $4 * interval '1 millisecond'`,
      [failedRunId, goodRunId, new Date(nowMs), everyMs],
    );
    return rowCount ? failedRunId : null;
  }

  /**
   * Puts the failure where the ingest puts all others, after what is left of the probe before. Waits for the engine's turn
   * to be over, so that nothing of that is written again.
   * @throws Error when that takes longer than ten seconds
   */
  async launch(failedRunId: string, nowMs: number): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
      await awaitAlertTurn(client);
      await forget(client);
      await signalRun(client, failedRunId, { ...facts(nowMs), state: 'failed', exitCode: 1 });
    });
  }

  /** Its notice arrived: the good run follows. @returns how long it took; null for what was heard before or is not the newest */
  async told(failedRunId: string, nowMs: number): Promise<number | null> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<{ goodRunId: string; tookMs: number }>(
        `UPDATE self_watch SET told_at = $2 WHERE failed_run_id = $1 AND told_at IS NULL
         RETURNING good_run_id AS "goodRunId", ${ms('$2::timestamptz - began_at')} AS "tookMs"`,
        [failedRunId, new Date(nowMs)],
      );
      const [row] = rows;
      if (!row) return null;
      await signalRun(client, row.goodRunId, { ...facts(nowMs + 1), state: 'succeeded', exitCode: 0 });
      return row.tookMs;
    });
  }

  /** The notice of its end arrived: the way works, and that is told where it was said not to. */
  async ended(goodRunId: string, nowMs: number): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<{ wasSilent: boolean }>(
        `UPDATE self_watch s SET ended_at = $2, last_success_at = $2, silent_since = NULL,
           last_told_ms = ${ms('s.told_at - s.began_at')}
         FROM (SELECT silent_since IS NOT NULL AS was FROM self_watch FOR UPDATE) AS before
         WHERE good_run_id = $1 AND ended_at IS NULL RETURNING before.was AS "wasSilent"`,
        [goodRunId, new Date(nowMs)],
      );
      if (rows[0]?.wasSilent)
        await signalSystem(client, {
          atMs: nowMs,
          part,
          ok: true,
          code: 'self_watch_ok',
          text: 'test failures come through again',
        });
    });
  }

  /** It did not come in time. @returns whether that is news */
  async silent(failedRunId: string, reason: Reason, nowMs: number): Promise<boolean> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rowCount } = await client.query(
        `UPDATE self_watch SET silent_since = $2 WHERE failed_run_id = $1 AND ended_at IS NULL AND silent_since IS NULL`,
        [failedRunId, new Date(nowMs)],
      );
      if (rowCount) await signalSystem(client, { atMs: nowMs, part, ok: false, code: reason.code, text: reason.text });
      return rowCount === 1;
    });
  }

  /** @returns null where no server watches, or has put a failure in yet */
  async figures(): Promise<SelfWatchFigures | null> {
    const { rows } = await this.database.pool.query<SelfWatchFigures>(
      `SELECT last_success_at AS "lastSuccessAt", last_told_ms AS "lastToldMs", silent_since AS "silentSince" FROM self_watch
       WHERE EXISTS (SELECT FROM watch_turn WHERE name = $1 AND last_at > now() - interval '5 minutes')`,
      [watchName],
    );
    return rows[0] ?? null;
  }
}

function newId(nowMs: number): string {
  return makeUuid7(nowMs, randomBytes(10));
}

function facts(startedMs: number): Omit<RunFacts, 'state' | 'exitCode'> {
  return { reason: null, version: 1, scheduledForMs: null, startedMs, finishedMs: startedMs, durationMs: 0 };
}

/** Its run exists in no table: the signal carries the facts. */
async function signalRun(client: Client, runId: string, run: RunFacts): Promise<void> {
  await client.query(
    `INSERT INTO alert_signal (kind, job_id, host_id, run_id, at, data) VALUES ('run', $1, $2, $3, $4, $5)`,
    [selfWatch.job.id, selfWatch.host.id, runId, new Date(run.startedMs), JSON.stringify(run)],
  );
}

/** By what is indexed, since the tables may be large and the engine waits. */
async function forget(client: Client): Promise<void> {
  const { name, job, incidentNumber } = selfWatch;
  const incident = `(SELECT id FROM incident WHERE number = ${incidentNumber})`;
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM alert WHERE incident_id = ${incident} UNION
     SELECT id FROM alert WHERE job_id = $1 AND state <> 'resolved'`,
    [job.id],
  );
  const alerts = rows.map(({ id }) => id);
  await client.query(`DELETE FROM alert_log WHERE incident_id = ${incident}`);
  await client.query('DELETE FROM alert_log WHERE incident_id IS NULL AND alert_id = ANY($1::uuid[])', [alerts]);
  await client.query(`DELETE FROM notice WHERE incident_id = ${incident}`);
  await client.query('DELETE FROM alert WHERE id = ANY($1::uuid[])', [alerts]);
  await client.query(`DELETE FROM incident WHERE number = ${incidentNumber}`);
  await client.query('DELETE FROM channel_state WHERE channel = $1', [name]);
  for (const table of ['alert_series', 'alert_signal'])
    await client.query(`DELETE FROM ${table} WHERE job_id = $1`, [job.id]);
}
