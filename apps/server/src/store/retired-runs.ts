import type pg from 'pg';
import { countMovesSql } from './run-hours.js';

/** Whoever retired longer ago has been looked at. */
const lookedDays = 7;
/** Counts of what maintenance does are in a slot of their own. */
const slot = 0;
const hourMs = 3_600_000;

/**
 * Ends runs that are taken to be under way on hosts that are retired: their agents, which alone could tell how they ended, are
 * gone with what they had not told. Only hours in which some run is open are read.
 * @returns how many there were
 */
export async function endRunsOfRetired(client: pg.PoolClient): Promise<number> {
  const hosts = await client.query<{ id: string }>(
    `SELECT id FROM host WHERE state = 'retired' AND retired_at > now() - $1 * interval '1 day'`,
    [lookedDays],
  );
  if (hosts.rows.length === 0) return 0;
  const hours = await client.query<{ hour: number }>(openHoursSql);
  let count = 0;
  for (const { hour } of hours.rows) {
    const fromMs = hour * hourMs;
    const result = await client.query(endSql, [
      slot,
      hosts.rows.map(({ id }) => id),
      new Date(fromMs),
      new Date(fromMs + hourMs),
    ]);
    count += result.rowCount ?? 0;
  }
  return count;
}

/** Hours, counted from 1970, in which runs began that are not over. */
export const openHoursSql = `SELECT hour FROM run_fleet_hour GROUP BY hour
  HAVING coalesce(sum(waiting), 0) + coalesce(sum(running), 0) > 0 ORDER BY hour`;

const endSql = `WITH before AS MATERIALIZED (
    SELECT id, job_id, host_id, state, duration_ms FROM run
    WHERE id >= uuid_at($3) AND id < uuid_at($4) AND state IN ('waiting', 'running') AND host_id = ANY($2::uuid[]) FOR UPDATE),
  written AS (
    UPDATE run SET state = 'indeterminate', reason = 'host_retired', finished_at = now()
    FROM before WHERE run.id = before.id AND run.id >= uuid_at($3) AND run.id < uuid_at($4)
    RETURNING run.id, run.job_id, run.host_id, run.state, run.duration_ms),
  moves AS (
    SELECT id, job_id, host_id, state, duration_ms, 1 AS n FROM written
    UNION ALL
    SELECT id, job_id, host_id, state, duration_ms, -1 FROM before),
  ${countMovesSql('$1')}
  SELECT id FROM written`;
