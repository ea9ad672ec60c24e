import { isBadRun, type RunState, runStates } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';
import { containing } from './presence-sql.js';
import { sumOf } from './run-hours.js';

/** What the rows are. */
export type TimelineSide = 'host' | 'job';

export interface TimelineQuery {
  readonly by: TimelineSide;
  readonly fromMs: number;
  readonly toMs: number;
  readonly offset: number;
  readonly limit: number;
  readonly search?: string | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly bad?: boolean | undefined;
}

export interface TimelineRowId {
  readonly id: string;
  readonly name: string;
}

export interface TimelineRunRow {
  readonly id: string;
  readonly state: RunState;
  readonly job: string;
  readonly host: string;
  readonly startedMs: number;
  readonly finishedMs: number | null;
}

/** What one row shows of what ran. */
export interface TimelineRuns {
  /** Newest first. */
  readonly runs: readonly TimelineRunRow[];
  /** How many starts were looked at, and when the first of them was. */
  readonly seen: number;
  readonly oldestMs: number | null;
}

export interface TimelineMissRow {
  readonly verdict: 'missed' | 'host_unknown';
  readonly job: string;
  readonly host: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly occurrences: number;
}

export interface TimelineHourRow {
  readonly hour: number;
  readonly total: number;
  readonly bad: number;
}

/** What the runs, misses and counts of some rows are asked for with. */
export interface TimelineRange extends Pick<TimelineQuery, 'by' | 'fromMs' | 'toMs' | 'bad'> {
  /** Only of this job, or on this host: the side that the rows are not. */
  readonly otherId: string | null;
  /** Of each row. */
  readonly count: number;
}

/** A run as it is read, with what was seen of its row: how many runs, and when the oldest of them began. */
interface FoundRun extends Omit<TimelineRunRow, 'job' | 'host'> {
  readonly rowId: string;
  readonly jobId: string;
  readonly hostId: string;
  readonly seen: number;
  readonly oldestMs: number;
}

/** So many starts of a row are looked through for those of one job or host. */
export const timelineReach = 2_000;
/** Of the runs that began before a time, so many of each row are asked whether they still ran in it. */
const runningOn = 50;
const runningOnMs = 86_400_000;

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const badStates = runStates.filter(isBadRun);

/** What a timeline shows of the past, row by row: each row has its own limit, so that a busy one costs no other. */
@Injectable()
export class TimelineStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The rows by name, and how many there are in all. */
  async rows(query: TimelineQuery, otherId: string | null): Promise<{ total: number; rows: TimelineRowId[] }> {
    const { by, search, label, bad, fromMs, toMs } = query;
    const where = new Conditions();
    where.always(by === 'host' ? `x.state = 'active'` : 'x.deleted_at IS NULL');
    where.given(search === undefined ? undefined : containing(search), (at) => `x.name ILIKE ${at}`);
    where.given(label && JSON.stringify({ [label.key]: label.value }), (at) => `x.labels @> ${at}::jsonb`);
    // A host or job that is named on its own side is that row.
    where.given(query[by]?.toLowerCase(), (at) => `x.name_key = ${at}`);
    where.given(
      otherId ?? undefined,
      (at) =>
        `EXISTS (SELECT FROM assignment a WHERE a.${by}_id = x.id AND a.${otherOf(by)}_id = ${at}::uuid AND a.state <> 'removing')`,
    );
    if (bad === true) {
      const [from, to] = [where.place(new Date(fromMs)), where.place(new Date(toMs))];
      const ofOther = otherId === null ? '' : `AND b.${otherOf(by)}_id = ${where.place(otherId)}::uuid`;
      where.always(
        `EXISTS (SELECT FROM run_bad b WHERE b.${by}_id = x.id AND b.id >= uuid_at(${from}) AND b.id < uuid_at(${to}) ${ofOther})`,
      );
    }
    const { pool } = this.database;
    const [counted, listed] = await Promise.all([
      pool.query<{ total: number }>(`SELECT count(*)::int AS total FROM ${by} x ${where.sql}`, where.values),
      pool.query<TimelineRowId>(
        `SELECT x.id, x.name FROM ${by} x ${where.sql} ORDER BY x.name_key LIMIT $${where.values.length + 1} OFFSET $${where.values.length + 2}`,
        [...where.values, query.limit, query.offset],
      ),
    ]);
    return { total: counted.rows[0]?.total ?? 0, rows: listed.rows };
  }

  /** The id behind a name; null when nobody has it. Of jobs that had the name it is the one that has it now. */
  async idOf(side: TimelineSide, name: string): Promise<string | null> {
    const current = side === 'job' ? 'AND deleted_at IS NULL' : '';
    const result = await this.database.pool.query<{ id: string }>(
      `SELECT id FROM ${side} WHERE name_key = $1 ${current}`,
      [name.toLowerCase()],
    );
    return result.rows[0]?.id ?? null;
  }

  /** The newest runs of each row that began in a time, at most `count`, and those that still ran when it began. */
  async runs(rowIds: readonly string[], range: TimelineRange): Promise<Map<string, TimelineRuns>> {
    const { fromMs, toMs, otherId, count } = range;
    const reach = otherId === null ? count + 1 : timelineReach;
    const [began, earlier] = await Promise.all([
      this.lastRuns(rowIds, range, { fromMs, toMs, reach }),
      this.lastRuns(rowIds, range, { fromMs: fromMs - runningOnMs, toMs: fromMs, reach: runningOn }),
    ]);
    const isOther = (run: FoundRun) => otherId === null || run[`${otherOf(range.by)}Id`] === otherId;
    const stillRan = ({ finishedMs, state }: FoundRun) =>
      finishedMs === null ? state === 'running' || state === 'waiting' : finishedMs > fromMs;
    const shown = [...began.filter(isOther), ...earlier.filter((run) => isOther(run) && stillRan(run))];
    const names = await this.namesOf(shown);
    const found = new Map<string, { runs: TimelineRunRow[]; seen: number; oldestMs: number | null }>();
    const rowOf = (id: string) => {
      const row = found.get(id) ?? { runs: [], seen: 0, oldestMs: null };
      found.set(id, row);
      return row;
    };
    for (const { rowId, seen, oldestMs } of began) Object.assign(rowOf(rowId), { seen, oldestMs });
    for (const { rowId, id, state, jobId, hostId, startedMs, finishedMs } of shown)
      rowOf(rowId).runs.push({ id, state, job: names(jobId), host: names(hostId), startedMs, finishedMs });
    return found;
  }

  /**
   * Of each row the last `reach` runs that began in a time, newest first: those of the other side that is asked for,
   * and always the oldest, which tells how far was looked. Flat rows without names: as JSON with names it takes three
   * times as long.
   */
  private async lastRuns(
    rowIds: readonly string[],
    { by, bad, otherId }: TimelineRange,
    { fromMs, toMs, reach }: { fromMs: number; toMs: number; reach: number },
  ): Promise<FoundRun[]> {
    const from = bad === true ? 'run_bad b JOIN run r ON r.id = b.id' : 'run r';
    const key = bad === true ? 'b' : 'r';
    const result = await this.database.pool.query<FoundRun>(
      `SELECT x.id AS "rowId", s.id, s.state, s.job_id AS "jobId", s.host_id AS "hostId", ${ms('s.started_at')} AS "startedMs",
         ${ms('s.finished_at')} AS "finishedMs", s.seen, ${ms('s.oldest')} AS "oldestMs"
       FROM unnest($1::uuid[]) WITH ORDINALITY AS x(id, place) CROSS JOIN LATERAL (
         SELECT l.*, count(*) OVER ()::int AS seen, min(l.started_at) OVER () AS oldest
         FROM (
           SELECT r.id, r.state, r.job_id, r.host_id, r.started_at, r.finished_at FROM ${from}
           WHERE ${key}.${by}_id = x.id AND ${key}.id >= uuid_at($3) AND ${key}.id < uuid_at($4)
           ORDER BY ${key}.id DESC LIMIT ${reach}) l) s
       WHERE $2::uuid IS NULL OR s.${otherOf(by)}_id = $2 OR s.started_at = s.oldest
       ORDER BY x.place, s.id DESC`,
      [rowIds, otherId, new Date(fromMs), new Date(toMs)],
    );
    return result.rows;
  }

  /** The names of the jobs and hosts of some runs, by their ids. */
  private async namesOf(runs: readonly FoundRun[]): Promise<(id: string) => string> {
    const idsOf = (side: 'jobId' | 'hostId') => [...new Set(runs.map((run) => run[side]))];
    const result = await this.database.pool.query<TimelineRowId>(
      'SELECT id, name FROM job WHERE id = ANY($1) UNION ALL SELECT id, name FROM host WHERE id = ANY($2)',
      [idsOf('jobId'), idsOf('hostId')],
    );
    const names = new Map(result.rows.map(({ id, name }) => [id, name]));
    return (id) => names.get(id) ?? '';
  }

  /** Expected runs of each row that did not happen, by what is said of them now; at most `count`, the newest of them. */
  async misses(rowIds: readonly string[], range: TimelineRange): Promise<Map<string, TimelineMissRow[]>> {
    const { by, otherId, fromMs, toMs, count } = range;
    const result = await this.database.pool.query<TimelineMissRow & { rowId: string }>(
      `SELECT x.id AS "rowId", coalesce(m.amended_verdict, m.verdict) AS verdict, j.name AS job, h.name AS host,
         ${ms('m.scheduled_for')} AS "fromMs", ${ms('m.last_for')} AS "toMs", m.occurrences
       FROM unnest($1::uuid[]) AS x(id) CROSS JOIN LATERAL (
         SELECT * FROM (SELECT * FROM missed_run WHERE ${by}_id = x.id ORDER BY id DESC LIMIT ${timelineReach}) m
         WHERE m.last_for >= $3 AND m.scheduled_for < $4 AND ($2::uuid IS NULL OR m.${otherOf(by)}_id = $2)
           AND coalesce(m.amended_verdict, m.verdict) IN ('missed', 'host_unknown')
         ORDER BY m.id DESC LIMIT $5) m
       JOIN job j ON j.id = m.job_id JOIN host h ON h.id = m.host_id`,
      [rowIds, otherId, new Date(fromMs), new Date(toMs), count],
    );
    return grouped(result.rows);
  }

  /** Runs of each row by the hour in which they began, as they were counted when they were stored: none is read. */
  async hours(rowIds: readonly string[], range: TimelineRange): Promise<Map<string, TimelineHourRow[]>> {
    const { by, otherId, fromMs, toMs } = range;
    const hour = (atMs: number) => Math.floor(atMs / 3_600_000);
    const sums = `c.hour, ${sumOf(runStates)}::int AS total, ${sumOf(badStates)}::int AS bad`;
    // Both tables are read by job: each job of a host is looked up.
    const from =
      by === 'host'
        ? 'unnest($1::uuid[]) AS x(id) CROSS JOIN job j JOIN run_hour c ON c.job_id = j.id AND c.host_id = x.id AND ($2::uuid IS NULL OR j.id = $2)'
        : otherId === null
          ? 'unnest($1::uuid[]) AS x(id) JOIN run_job_hour c ON c.job_id = x.id AND $2::uuid IS NULL'
          : 'unnest($1::uuid[]) AS x(id) JOIN run_hour c ON c.job_id = x.id AND c.host_id = $2';
    const result = await this.database.pool.query<TimelineHourRow & { rowId: string }>(
      `SELECT x.id AS "rowId", ${sums} FROM ${from} WHERE c.hour BETWEEN $3 AND $4 GROUP BY x.id, c.hour
       HAVING ${sumOf(runStates)} > 0 ORDER BY c.hour`,
      [rowIds, otherId, hour(fromMs), hour(toMs)],
    );
    return grouped(result.rows);
  }

  /** Until when hosts start nothing by themselves; those that are not paused are left out. */
  async pauses(hostIds: readonly string[], nowMs: number): Promise<Map<string, number>> {
    const result = await this.database.pool.query<{ id: string; untilMs: number }>(
      `SELECT host_id AS id, ${ms('max(until_at)')} AS "untilMs" FROM host_pause
       WHERE host_id = ANY($1) AND ended_at IS NULL AND until_at > $2 GROUP BY host_id`,
      [hostIds, new Date(nowMs)],
    );
    return new Map(result.rows.map(({ id, untilMs }) => [id, untilMs]));
  }
}

function otherOf(side: TimelineSide): TimelineSide {
  return side === 'host' ? 'job' : 'host';
}

function grouped<T>(rows: readonly (T & { rowId: string })[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.rowId, [...(groups.get(row.rowId) ?? []), row]);
  return groups;
}
