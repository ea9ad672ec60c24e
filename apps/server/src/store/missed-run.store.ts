import type { Certainty, WhyReason } from '@carillon/core/state/states';
import type { Evidence, WhyFigures } from '@carillon/core/why/why-facts';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';

export interface MissedRunRow {
  readonly id: string;
  readonly job: string;
  readonly host: string;
  /** The host's. */
  readonly timezone: string;
  readonly version: number;
  readonly scheduledFor: Date;
  readonly lastFor: Date;
  readonly occurrences: number;
  readonly verdict: 'missed' | 'host_unknown' | 'ran_late' | 'skipped';
  readonly cause: WhyReason;
  readonly certainty: Certainty;
  readonly text: string;
  readonly figures: WhyFigures | null;
  readonly evidence: Evidence[];
  readonly runId: string | null;
  readonly decidedAt: Date;
  readonly amendedVerdict: string | null;
  readonly amendedCause: WhyReason | null;
  readonly amendedText: string | null;
  readonly amendedFigures: MissedRunRow['figures'];
  readonly amendedRunId: string | null;
  readonly amendedAt: Date | null;
}

export interface MissedRunQuery {
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly verdict?: string | undefined;
  readonly cause?: string | undefined;
  readonly sinceMs?: number | undefined;
  /** Said before this one. */
  readonly before: string | null;
  readonly limit: number;
}

/** Reads what was said of expected runs. */
@Injectable()
export class MissedRunStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first. */
  async list({ job, host, verdict, cause, sinceMs, before, limit }: MissedRunQuery): Promise<MissedRunRow[]> {
    const where = new Conditions();
    where.given(job?.toLowerCase(), (at) => `m.job_id IN (SELECT id FROM job WHERE name_key = ${at})`);
    where.given(host?.toLowerCase(), (at) => `m.host_id = (SELECT id FROM host WHERE name_key = ${at})`);
    where.given(verdict, (at) => `m.verdict = ${at}`);
    // Also what late evidence says.
    where.given(cause, (at) => `${at} IN (m.cause, m.amended_cause)`);
    where.given(sinceMs === undefined ? undefined : new Date(sinceMs), (at) => `m.last_for >= ${at}`);
    where.given(before ?? undefined, (at) => `m.id < ${at}::bigint`);
    const result = await this.database.pool.query<MissedRunRow>(
      `SELECT m.id, j.name AS job, h.name AS host, h.timezone, m.version, m.scheduled_for AS "scheduledFor", m.last_for AS "lastFor",
         m.occurrences, m.verdict, m.cause, m.certainty, m.text, m.figures, m.evidence, m.run_id AS "runId", m.decided_at AS "decidedAt",
         m.amended_verdict AS "amendedVerdict", m.amended_cause AS "amendedCause", m.amended_text AS "amendedText",
         m.amended_figures AS "amendedFigures",
         m.amended_run_id AS "amendedRunId", m.amended_at AS "amendedAt"
       FROM missed_run m JOIN job j ON j.id = m.job_id JOIN host h ON h.id = m.host_id
       ${where.sql} ORDER BY m.id DESC LIMIT ${where.place(limit)}`,
      where.values,
    );
    return result.rows;
  }
}
