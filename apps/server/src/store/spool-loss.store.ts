import type { SpoolLossReason } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface SpoolLossRow {
  readonly id: string;
  readonly reason: SpoolLossReason;
  readonly runEvents: number;
  readonly otherEvents: number;
  readonly outputRuns: number;
  readonly outputBytes: number;
  readonly runIds: string[];
  readonly from: Date | null;
  readonly to: Date | null;
  readonly noticedAt: Date;
}

/** What hosts had to give up before the centre had it. */
@Injectable()
export class SpoolLossStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Losses of a host noticed before one of them, newest first: ids are UUIDv7. */
  async ofHost(hostId: string, before: string | null, limit: number): Promise<SpoolLossRow[]> {
    const result = await this.database.pool.query<SpoolLossRow>(
      `SELECT id, reason, run_events::float8 AS "runEvents", other_events::float8 AS "otherEvents",
         output_runs::float8 AS "outputRuns", output_bytes::float8 AS "outputBytes", run_ids AS "runIds",
         lost_from AS "from", lost_to AS "to", noticed_at AS "noticedAt"
       FROM spool_loss WHERE host_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [hostId, before, limit],
    );
    return result.rows;
  }
}
