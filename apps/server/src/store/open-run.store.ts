import type { Body } from '@carillon/contract/agent/catalog';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { openHoursSql } from './retired-runs.js';

export type OpenRun = Body<'runs.check'>['runs'][number];

/** The most that one look finds; the next one finds the rest. */
const atOnce = 2_000;
const hourMs = 3_600_000;

interface Row {
  readonly hostId: string;
  readonly run: OpenRun;
}

/** Runs that are taken to be under way. */
@Injectable()
export class OpenRunStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Those of some hosts that have been known so long, the oldest first, by host.
   * Only hours in which some run is open are read: their counts say which.
   */
  async of(hostIds: readonly string[], knownBeforeMs: number): Promise<Map<string, OpenRun[]>> {
    const { pool } = this.database;
    const hours = await pool.query<{ hour: number }>(openHoursSql);
    const found = new Map<string, OpenRun[]>();
    let count = 0;
    for (const { hour } of hours.rows) {
      if (count >= atOnce) break;
      const fromMs = hour * hourMs;
      const result = await pool.query<Row>(
        `SELECT r.host_id AS "hostId", json_build_object('runId', r.id, 'jobId', r.job_id, 'version', r.job_version, 'trigger', r.trigger,
           'scheduledFor', to_char(r.scheduled_for AT TIME ZONE 'UTC', $6), 'startedAt', to_char(r.started_at AT TIME ZONE 'UTC', $6),
           'commandId', r.command_id) AS run
         FROM run r WHERE r.id >= uuid_at($2) AND r.id < uuid_at($3) AND r.state IN ('waiting', 'running')
           AND r.host_id = ANY($1::uuid[]) AND r.received_at < $4 ORDER BY r.id LIMIT $5`,
        [hostIds, new Date(fromMs), new Date(fromMs + hourMs), new Date(knownBeforeMs), atOnce, isoFormat],
      );
      for (const { hostId, run } of result.rows) found.set(hostId, [...(found.get(hostId) ?? []), run]);
      count += result.rows.length;
    }
    return found;
  }
}

const isoFormat = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
