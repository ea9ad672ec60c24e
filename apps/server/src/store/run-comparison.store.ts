import type { RunState } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { type RunSummaryRow, runSummaryColumns } from './run.store.js';

/** How one run ended. */
export interface EndedRunRow {
  readonly state: RunState;
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

/** What runs of one day usually took. */
export interface DayDurationsRow {
  readonly day: Date;
  readonly runs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** A host counts as one that ran the job lately within so long. */
const latelyMs = 2 * 86_400_000;
const dayMs = 86_400_000;
/** How far back the runs of one host are looked for: past that nothing is usual any more. */
const lookBackMs = 30 * 86_400_000;
const columns =
  'state, started_at AS "startedAt", duration_ms::float8 AS "durationMs", exit_code::float8 AS "exitCode"';
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

  /**
   * Of each of the last days, UTC, what the newest runs of a job took, oldest day first; days without a run are left out.
   * However many runs a day has, no more of them than `limit` are read.
   */
  async durationsByDay(
    jobId: string,
    { hostId, nowMs, days, limit }: { hostId: string | null; nowMs: number; days: number; limit: number },
  ): Promise<DayDurationsRow[]> {
    const today = Math.floor(nowMs / dayMs) * dayMs;
    const borders = Array.from({ length: days + 1 }, (_, index) => today + (index - days + 1) * dayMs);
    const ofHost = hostId === null ? '' : 'AND host_id = $6';
    const result = await this.database.pool.query<DayDurationsRow>(
      `SELECT d.day, count(*)::int AS runs, percentile_disc(0.5) WITHIN GROUP (ORDER BY r.ms)::float8 AS "medianMs",
         percentile_disc(0.95) WITHIN GROUP (ORDER BY r.ms)::float8 AS "p95Ms"
       FROM unnest($2::timestamptz[], $3::uuid[], $4::uuid[]) AS d(day, low, high)
       CROSS JOIN LATERAL (SELECT duration_ms AS ms FROM run WHERE job_id = $1 AND id >= d.low AND id < d.high AND ${ended} ${ofHost}
         ORDER BY id DESC LIMIT $5) AS r
       GROUP BY d.day ORDER BY d.day`,
      [
        jobId,
        borders.slice(0, days).map((ms) => new Date(ms)),
        borders.slice(0, days).map(lowestUuidAt),
        borders.slice(1).map(lowestUuidAt),
        limit,
        ...(hostId === null ? [] : [hostId]),
      ],
    );
    return result.rows;
  }

  /**
   * The newest run of a job on each of some hosts, by host. Where a host did not run it lately, only the job's newest
   * `scan` runs before are searched: of a job that runs seldom these are years, and of another such a host counts as
   * one that has not run it.
   */
  async lastOnHosts(
    jobId: string,
    hostIds: readonly string[],
    { nowMs, scan }: { nowMs: number; scan: number },
  ): Promise<Map<string, RunSummaryRow>> {
    const lately = lowestUuidAt(nowMs - latelyMs);
    const found = new Map<string, RunSummaryRow>();
    const add = ({ hostId, ...run }: RunSummaryRow & { hostId: string }) => found.set(hostId, run);
    const newest = await this.database.pool.query<RunSummaryRow & { hostId: string }>(
      `SELECT r.host_id AS "hostId", ${runSummaryColumns} FROM unnest($2::uuid[]) AS x(host_id)
       CROSS JOIN LATERAL (SELECT * FROM run WHERE host_id = x.host_id AND job_id = $1 AND id >= $3 ORDER BY id DESC LIMIT 1) AS r ${joined}`,
      [jobId, hostIds, lately],
    );
    newest.rows.forEach(add);
    const others = hostIds.filter((id) => !found.has(id));
    if (others.length === 0) return found;
    const older = await this.database.pool.query<RunSummaryRow & { hostId: string }>(
      `SELECT DISTINCT ON (r.host_id) r.host_id AS "hostId", ${runSummaryColumns}
       FROM (SELECT * FROM run WHERE job_id = $1 AND id < $3 ORDER BY id DESC LIMIT $4) AS r ${joined}
       WHERE r.host_id = ANY($2::uuid[]) ORDER BY r.host_id, r.id DESC`,
      [jobId, others, lately, scan],
    );
    older.rows.forEach(add);
    return found;
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
