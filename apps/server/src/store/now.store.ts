import type { Reason } from '@carillon/core/alert/reason';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { presenceSql } from './presence-sql.js';

export interface MinuteRow {
  /** Minutes since 1970, UTC. */
  readonly minute: number;
  readonly started: number;
  readonly bad: number;
}

export interface FleetRow {
  readonly value: string | null;
  readonly total: number;
  readonly online: number;
  readonly lagging: number;
  readonly offline: number;
  readonly inSync: number;
}

export interface UnreachedRow {
  readonly kind: 'channel' | 'subscription';
  readonly name: string;
  /** Why it was stopped; null: its breaker is open. */
  readonly problem: Reason | null;
  readonly sinceMs: number | null;
  readonly waiting: number;
}

/** What is happening at the moment, from what was counted when it came; no run is read. */
@Injectable()
export class NowStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Minutes with runs, both ends included, the oldest first. */
  minutes(fromMinute: number, toMinute: number): Promise<MinuteRow[]> {
    return this.rows<MinuteRow>(
      `SELECT minute, sum(started)::int AS started, sum(bad)::int AS bad FROM run_minute
       WHERE minute BETWEEN $1 AND $2 GROUP BY minute HAVING sum(started) > 0 ORDER BY minute`,
      [fromMinute, toMinute],
    );
  }

  /** Expected runs by verdict: what late evidence says counts, where it says anything. */
  misses(sinceMs: number): Promise<{ verdict: string; occurrences: number }[]> {
    return this.rows(
      `SELECT coalesce(amended_verdict, verdict) AS verdict, sum(occurrences)::int AS occurrences FROM missed_run
       WHERE decided_at >= $1 GROUP BY 1`,
      [new Date(sinceMs)],
    );
  }

  agentVersions(limit: number): Promise<{ version: string; hosts: number }[]> {
    return this.rows(
      `SELECT agent_version AS version, count(*)::int AS hosts FROM host WHERE state = 'active'
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $1`,
      [limit],
    );
  }

  /** Channels and subscriptions with an open breaker, or that were stopped; what somebody switched off is not among them. */
  unreached(limit: number): Promise<UnreachedRow[]> {
    return this.rows<UnreachedRow>(
      `SELECT * FROM (
         SELECT 'channel' AS kind, d.name, s.disabled AS problem, (s.breaker->>'failingSinceMs')::float8 AS "sinceMs",
           (SELECT count(*)::int FROM notice n WHERE n.channel = d.name_key AND n.state IN ('queued', 'failed', 'sending')) AS waiting
         FROM alert_document d JOIN channel_state s ON s.channel = d.name_key
         WHERE d.kind = 'Channel' AND d.spec->>'enabled' IS DISTINCT FROM 'false'
           AND (s.disabled IS NOT NULL OR s.breaker->>'openUntilMs' IS NOT NULL)
         UNION ALL
         SELECT 'subscription', s.name, s.stopped, (s.breaker->>'failingSinceMs')::float8,
           (SELECT count(*)::int FROM subscription_delivery e WHERE e.subscription_id = s.id AND e.next_at IS NOT NULL)
         FROM subscription s
         WHERE s.enabled AND (s.stopped IS NOT NULL OR s.breaker->>'openUntilMs' IS NOT NULL)
       ) x ORDER BY problem IS NULL, kind, lower(name) LIMIT $1`,
      [limit],
    );
  }

  /** Keys of labels, the most frequent first. */
  async labelKeys(limit: number): Promise<string[]> {
    const rows = await this.rows<{ key: string }>(
      `SELECT key FROM host h, jsonb_object_keys(h.labels) AS key WHERE h.state = 'active'
       GROUP BY key ORDER BY count(*) DESC, key LIMIT $1`,
      [limit],
    );
    return rows.map(({ key }) => key);
  }

  /** Hosts by the values of a label; all of them as one where there is no key. Troubled ones first. */
  fleet(key: string | null, limit: number): Promise<FleetRow[]> {
    return this.rows<FleetRow>(
      `SELECT value, count(*)::int AS total, count(*) FILTER (WHERE p = 'online')::int AS online,
         count(*) FILTER (WHERE p = 'lagging')::int AS lagging,
         count(*) FILTER (WHERE p IN ('offline', 'never-seen'))::int AS offline, count(*) FILTER (WHERE in_sync)::int AS "inSync"
       FROM (SELECT h.labels->>$1 AS value, ${presenceSql} AS p, h.observed_hash IS NOT DISTINCT FROM h.desired_hash AS in_sync
             FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.state = 'active') AS seen
       GROUP BY value ORDER BY count(*) FILTER (WHERE p <> 'online') DESC, count(*) DESC, value NULLS LAST LIMIT $2`,
      [key, limit],
    );
  }

  /** Ids of jobs that are there. */
  async jobIds(limit: number): Promise<string[]> {
    const rows = await this.rows<{ id: string }>('SELECT id FROM job WHERE deleted_at IS NULL ORDER BY id LIMIT $1', [
      limit,
    ]);
    return rows.map(({ id }) => id);
  }

  private async rows<T extends object>(sql: string, values: unknown[]): Promise<T[]> {
    return (await this.database.pool.query<T>(sql, values)).rows;
  }
}
