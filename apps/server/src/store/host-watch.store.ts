import { type AlertPolicySpec, conditionsOfPolicy } from '@carillon/core/alert/documents/alert-policy.schema';
import { defaultPresence } from '@carillon/core/host/presence';
import type pg from 'pg';
import { steadySince } from './watch-turn.js';

/**
 * A host is called offline after so long a silence, and not before we have listened for as long ourselves. People see it as
 * offline sooner (`defaultPresence`), but alerts wait: while servers are replaced one after the other all hosts may be away
 * for some minutes, and that is no news.
 */
const offlineAfterMs = 300_000;
/** Two days in steps of five minutes. */
export const loadRing = { everyMs: 300_000, slots: 576 } as const;
const hostsPerTurn = 2_000;
/** Clocks are told of when they move by this much, and only once they are off by it. */
const clockStepMs = 10_000;

/** Turns what sessions say of hosts into signals: each change once, in one statement for all hosts. */
export class HostWatch {
  /** @returns how many signals were written */
  async turn(client: pg.PoolClient, nowMs: number): Promise<number> {
    const steadyMs = await steadySince(client, 'hosts', nowMs);
    const isSteady = nowMs - steadyMs >= offlineAfterMs;
    const gone = isSteady ? await tellGone(client, nowMs) : 0;
    const told = (await tellBack(client, nowMs)) + (await tellClocks(client, nowMs)) + (await tellLoads(client, nowMs));
    await keepLoads(client, nowMs);
    return gone + told;
  }
}

async function tellGone(client: pg.PoolClient, nowMs: number): Promise<number> {
  const result = await client.query(
    `WITH gone AS (
       SELECT s.host_id, s.last_seen_at FROM agent_session s JOIN host h ON h.id = s.host_id AND h.state = 'active'
       WHERE s.last_seen_at < $1::timestamptz - $2 * interval '1 millisecond'
         AND NOT EXISTS (SELECT FROM host_watch w WHERE w.host_id = s.host_id AND w.offline_at IS NOT NULL)
       LIMIT ${hostsPerTurn}),
     noted AS (
       INSERT INTO host_watch (host_id, offline_at) SELECT host_id, last_seen_at FROM gone
       ON CONFLICT (host_id) DO UPDATE SET offline_at = excluded.offline_at)
     INSERT INTO alert_signal (kind, host_id, at, data)
     SELECT 'host', host_id, last_seen_at, '{"what":"offline","figures":{}}' FROM gone`,
    [new Date(nowMs), offlineAfterMs],
  );
  return result.rowCount ?? 0;
}

/** Hosts that were retired meanwhile are no longer missed by anybody either. */
async function tellBack(client: pg.PoolClient, nowMs: number): Promise<number> {
  const result = await client.query(
    `WITH back AS (
       UPDATE host_watch w SET offline_at = NULL FROM agent_session s JOIN host h ON h.id = s.host_id
       WHERE s.host_id = w.host_id AND w.offline_at IS NOT NULL AND (h.state <> 'active'
         OR (s.gateway_id IS NOT NULL AND s.last_seen_at > $1::timestamptz - $2 * interval '1 millisecond'))
       RETURNING w.host_id)
     INSERT INTO alert_signal (kind, host_id, at, data)
     SELECT 'host', host_id, $1, '{"what":"online","figures":{}}' FROM back`,
    [new Date(nowMs), defaultPresence.laggingAfterMs],
  );
  return result.rowCount ?? 0;
}

async function tellClocks(client: pg.PoolClient, nowMs: number): Promise<number> {
  const result = await client.query(
    `WITH moved AS (
       SELECT s.host_id, s.clock_ahead_ms FROM agent_session s LEFT JOIN host_watch w ON w.host_id = s.host_id
       WHERE s.gateway_id IS NOT NULL AND s.clock_ahead_ms IS NOT NULL
         AND abs(s.clock_ahead_ms - coalesce(w.clock_ahead_ms, 0)) >= $2
       LIMIT ${hostsPerTurn}),
     noted AS (
       INSERT INTO host_watch (host_id, clock_ahead_ms) SELECT host_id, clock_ahead_ms FROM moved
       ON CONFLICT (host_id) DO UPDATE SET clock_ahead_ms = excluded.clock_ahead_ms)
     INSERT INTO alert_signal (kind, host_id, at, data)
     SELECT 'host', host_id, $1, jsonb_build_object('what', 'clock', 'figures', jsonb_build_object('aheadMs', clock_ahead_ms))
     FROM moved`,
    [new Date(nowMs), clockStepMs],
  );
  return result.rowCount ?? 0;
}

/** What policies ask about load; each with its edition, so that a policy that was changed is told anew. */
async function loadLimits(client: pg.PoolClient): Promise<{ key: string; figure: string; above: number }[]> {
  const result = await client.query<{ key: string; spec: AlertPolicySpec }>(
    `SELECT name_key || ' ' || extract(epoch FROM updated_at) AS key, spec FROM alert_document
     WHERE kind = 'AlertPolicy' AND spec->'when' ?| '{cpuAbove,memoryAbove,diskAbove}'`,
  );
  return result.rows.flatMap(({ key, spec }) =>
    conditionsOfPolicy(spec).flatMap((condition) =>
      condition.kind === 'load'
        ? [{ key: `${key} ${condition.figure}`, figure: condition.figure, above: condition.above }]
        : [],
    ),
  );
}

async function tellLoads(client: pg.PoolClient, nowMs: number): Promise<number> {
  const limits = await loadLimits(client);
  if (limits.length === 0) return 0;
  const result = await client.query(
    `WITH looked AS (
       SELECT s.host_id, s.load_at, s.cpu_percent, s.memory_percent, s.disk_percent, w.load_over AS told,
         (SELECT string_agg(x.key, ',' ORDER BY x.key) FROM unnest($2::text[], $3::text[], $4::float8[]) AS x(key, figure, above)
          WHERE CASE x.figure WHEN 'cpu' THEN s.cpu_percent WHEN 'memory' THEN s.memory_percent ELSE s.disk_percent END > x.above
         ) AS load_over
       FROM agent_session s LEFT JOIN host_watch w ON w.host_id = s.host_id
       WHERE s.load_at > $1::timestamptz - interval '5 minutes'),
     moved AS (SELECT * FROM looked WHERE load_over IS DISTINCT FROM told LIMIT ${hostsPerTurn}),
     noted AS (
       INSERT INTO host_watch (host_id, load_over) SELECT host_id, load_over FROM moved
       ON CONFLICT (host_id) DO UPDATE SET load_over = excluded.load_over)
     INSERT INTO alert_signal (kind, host_id, at, data)
     SELECT 'host', host_id, load_at, jsonb_build_object('what', 'load', 'figures',
       jsonb_strip_nulls(jsonb_build_object('cpu', cpu_percent, 'memory', memory_percent, 'disk', disk_percent))) FROM moved`,
    [
      new Date(nowMs),
      limits.map(({ key }) => key),
      limits.map(({ figure }) => figure),
      limits.map(({ above }) => above),
    ],
  );
  return result.rowCount ?? 0;
}

/** One row per host and slot, whoever writes it first; the slot of two days ago makes room. */
async function keepLoads(client: pg.PoolClient, nowMs: number): Promise<void> {
  const number = Math.floor(nowMs / loadRing.everyMs);
  const turn = await client.query(
    `INSERT INTO watch_turn AS w (name, steady_since, last_at) VALUES ('load', $1, $1)
     ON CONFLICT (name) DO UPDATE SET last_at = $1 WHERE w.last_at < $1`,
    [new Date(number * loadRing.everyMs)],
  );
  if (turn.rowCount === 0) return;
  await client.query(
    `INSERT INTO host_load (host_id, slot, at, cpu_percent, memory_percent, disk_percent)
     SELECT host_id, $2, $1, cpu_percent, memory_percent, disk_percent FROM agent_session
     WHERE load_at > $1::timestamptz - interval '5 minutes'
     ON CONFLICT (host_id, slot) DO UPDATE SET at = excluded.at, cpu_percent = excluded.cpu_percent,
       memory_percent = excluded.memory_percent, disk_percent = excluded.disk_percent`,
    [new Date(nowMs), number % loadRing.slots],
  );
}
