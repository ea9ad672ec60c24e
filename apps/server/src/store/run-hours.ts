import { isBadRun, type RunState, runStates } from '@carillon/core/state/states';

/**
 * How many runs are in which state, by the hour in which they started: `run_hour` for each job on each host,
 * `run_job_hour` for each job, `run_fleet_hour` for all. A run counts in one state at a time; a null is zero. Numbers of the
 * latter two are spread over slots, so that batches that are stored at the same time do not wait for each other: readers add
 * them up.
 */
/** Runs that started longer ago are not counted by the minute. */
export const countedMinutes = 90;
const counters = [...runStates, 'duration_ms'] as const;

const counts = counters.map((name) => `"${name}"`).join(', ');
const sums = counters.map((name) => `nullif(sum("${name}"), 0) AS "${name}"`).join(', ');
const moved = counters
  .map((name) =>
    name === 'duration_ms'
      ? 'nullif(sum(n * duration_ms), 0) AS duration_ms'
      : `nullif(sum(n) FILTER (WHERE state = '${name}'), 0) AS "${name}"`,
  )
  .join(', ');

/** How many runs are in one of the states, over rows of any of the tables. */
export function sumOf(states: readonly RunState[]): string {
  return `coalesce(sum(${states.map((state) => `coalesce("${state}", 0)`).join(' + ')}), 0)`;
}

/** To add what is new to what is there. */
function added(table: string): string {
  return counters
    .map((name) => `"${name}" = nullif(coalesce(${table}."${name}", 0) + coalesce(excluded."${name}", 0), 0)`)
    .join(', ');
}

/**
 * Common table expressions that move counts, over `moves(id, job_id, host_id, state, duration_ms, n)`: `n` is 1 for what
 * runs are now and -1 for what they were. Rows are taken in one order, so that two batches never wait for each other in
 * a circle.
 * @param slot parameter with the number of the slot
 */
export function countMovesSql(slot: string): string {
  return `moved AS (
    SELECT job_id, host_id, run_hour_of(id) AS hour, ${moved} FROM moves GROUP BY 1, 2, 3),
  hours AS (
    INSERT INTO run_hour (job_id, host_id, hour, ${counts})
    SELECT job_id, host_id, hour, ${counts} FROM moved ORDER BY job_id, host_id, hour
    ON CONFLICT (job_id, host_id, hour) DO UPDATE SET ${added('run_hour')}),
  job_hours AS (
    INSERT INTO run_job_hour (job_id, hour, slot, ${counts})
    SELECT job_id, hour, ${slot}::smallint, ${sums} FROM moved GROUP BY job_id, hour ORDER BY job_id, hour
    ON CONFLICT (job_id, hour, slot) DO UPDATE SET ${added('run_job_hour')}),
  fleet_hours AS (
    INSERT INTO run_fleet_hour (hour, slot, ${counts})
    SELECT hour, ${slot}::smallint, ${sums} FROM moved GROUP BY hour ORDER BY hour
    ON CONFLICT (hour, slot) DO UPDATE SET ${added('run_fleet_hour')}),
  ${minuteMovesSql(slot)}`;
}

const badStates = runStates
  .filter(isBadRun)
  .map((state) => `'${state}'`)
  .join(', ');

/**
 * The same by the minute, of the whole fleet, for what is happening now. Late evidence of hours ago is left out: nobody
 * looks at those minutes any more.
 */
function minuteMovesSql(slot: string): string {
  return `minutes AS (
    INSERT INTO run_minute AS c (minute, slot, started, bad)
    SELECT run_minute_of(id) AS minute, ${slot}::smallint, sum(n), coalesce(sum(n) FILTER (WHERE state IN (${badStates})), 0)
    FROM moves WHERE id > uuid_at(now() - interval '${countedMinutes} minutes')
    GROUP BY 1 HAVING sum(n) <> 0 OR coalesce(sum(n) FILTER (WHERE state IN (${badStates})), 0) <> 0 ORDER BY 1
    ON CONFLICT (minute, slot) DO UPDATE SET started = c.started + excluded.started, bad = c.bad + excluded.bad)`;
}
