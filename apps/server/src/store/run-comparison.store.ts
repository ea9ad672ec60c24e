import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { type RunSummaryRow, runSummaryColumns } from './run.store.js';

/** How one run ended. */
export interface EndedRunRow {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly exitCode: number | null;
}

/** One run that others are compared with. */
export interface ComparedRun {
  readonly id: string;
  readonly jobId: string;
  readonly hostId: string;
  readonly startedAt: Date;
  readonly scheduledFor: Date | null;
}

/** How far back the runs of one host are looked for: past that nothing is usual any more. */
const lookBackMs = 30 * 86_400_000;
const columns = 'started_at AS "startedAt", duration_ms::float8 AS "durationMs", exit_code::float8 AS "exitCode"';
const ended = `duration_ms IS NOT NULL AND state NOT IN ('waiting', 'running', 'skipped', 'indeterminate')`;
const joined = 'JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id';

/** Runs beside each other: what is usual, and how the others did. */
@Injectable()
export class RunComparisonStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The newest runs of a job that ended, skipped ones apart; of one host only where it is named. */
  async newest(jobId: string, { hostId, limit }: { hostId: string | null; limit: number }): Promise<EndedRunRow[]> {
    const ofHost = hostId === null ? '' : 'AND host_id = $3';
    const result = await this.database.pool.query<EndedRunRow>(
      `SELECT ${columns} FROM run WHERE job_id = $1 AND ${ended} ${ofHost} ORDER BY id DESC LIMIT $2`,
      hostId === null ? [jobId, limit] : [jobId, limit, hostId],
    );
    return result.rows;
  }

  /** The runs of the same job on the same host that ended before it, newest first. */
  async before({ id, jobId, hostId, startedAt }: ComparedRun, limit: number): Promise<EndedRunRow[]> {
    const result = await this.database.pool.query<EndedRunRow>(
      `SELECT ${columns} FROM run
       WHERE job_id = $1 AND host_id = $2 AND id < $3 AND id >= $4 AND ${ended} ORDER BY id DESC LIMIT $5`,
      [jobId, hostId, id, lowestUuidAt(startedAt.getTime() - lookBackMs), limit],
    );
    return result.rows;
  }

  /** The run of the same job on the same host just before or just after it. */
  async neighbour(run: ComparedRun, side: 'previous' | 'next'): Promise<RunSummaryRow | null> {
    const at = run.startedAt.getTime();
    const [comparison, order, end] =
      side === 'previous'
        ? ['r.id < $3 AND r.id >= $4', 'DESC', lowestUuidAt(at - lookBackMs)]
        : ['r.id > $3 AND r.id < $4', 'ASC', lowestUuidAt(at + lookBackMs)];
    const result = await this.database.pool.query<RunSummaryRow>(
      `SELECT ${runSummaryColumns} FROM run r ${joined}
       WHERE r.job_id = $1 AND r.host_id = $2 AND ${comparison} ORDER BY r.id ${order} LIMIT 1`,
      [run.jobId, run.hostId, run.id, end],
    );
    return result.rows[0] ?? null;
  }

  /**
   * Of each other host the run of the job for the same fire or, where none was due, the one that started nearest; bad ones
   * first.
   */
  async elsewhere(
    run: ComparedRun,
    { withinMs, limit }: { withinMs: number; limit: number },
  ): Promise<{ rows: RunSummaryRow[]; total: number }> {
    const at = run.startedAt.getTime();
    const result = await this.database.pool.query<RunSummaryRow & { total: number }>(
      `SELECT ${runSummaryColumns}, count(*) OVER ()::int AS total FROM (
         SELECT DISTINCT ON (host_id) * FROM run
         WHERE job_id = $1 AND host_id <> $2 AND id >= $3 AND id < $4 AND ($5::timestamptz IS NULL OR scheduled_for = $5)
         ORDER BY host_id, abs(extract(epoch FROM started_at - $6::timestamptz)), id) AS r ${joined}
       ORDER BY r.state NOT IN ('failed', 'timed_out', 'killed', 'indeterminate'), h.name_key LIMIT $7`,
      [
        run.jobId,
        run.hostId,
        lowestUuidAt(at - withinMs),
        lowestUuidAt(at + withinMs + 1),
        run.scheduledFor,
        run.startedAt,
        limit,
      ],
    );
    return { rows: result.rows.map(({ total: _, ...row }) => row), total: result.rows[0]?.total ?? 0 };
  }
}
