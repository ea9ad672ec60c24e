import { isBadRun, runStates } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';

export interface StartedQuery {
  readonly fromMs: number;
  readonly minutes: number;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
}

export interface StartedMinute {
  /** From the beginning, 0 first. */
  readonly minute: number;
  readonly total: number;
  readonly bad: number;
}

const badStates = runStates
  .filter(isBadRun)
  .map((state) => `'${state}'`)
  .join(', ');

/** Runs by the minute of their start. */
@Injectable()
export class StartedRunsStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Minutes with runs. The time must be short: each of its runs is read. */
  async byMinute({ fromMs, minutes, job, host, label }: StartedQuery): Promise<StartedMinute[]> {
    const where = new Conditions();
    const from = where.place(new Date(fromMs));
    where.always(`r.id >= uuid_at(${from})`);
    where.given(new Date(fromMs + minutes * 60_000), (at) => `r.id < uuid_at(${at})`);
    where.given(job?.toLowerCase(), (at) => `r.job_id IN (SELECT id FROM job WHERE name_key = ${at})`);
    where.given(host?.toLowerCase(), (at) => `r.host_id = (SELECT id FROM host WHERE name_key = ${at})`);
    where.given(
      label && JSON.stringify({ [label.key]: label.value }),
      (at) => `r.host_id IN (SELECT id FROM host WHERE labels @> ${at}::jsonb)`,
    );
    const result = await this.database.pool.query<StartedMinute>(
      `SELECT floor(extract(epoch FROM r.started_at - ${from}::timestamptz) / 60)::int AS minute, count(*)::int AS total,
         (count(*) FILTER (WHERE r.state IN (${badStates})))::int AS bad
       FROM run r ${where.sql} GROUP BY 1 ORDER BY 1`,
      where.values,
    );
    return result.rows;
  }
}
