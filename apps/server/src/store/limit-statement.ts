import { isBadRun, runStates } from '@carillon/core/state/states';
import type { Reach } from './reach.js';

type Condition = (hosts: string, jobs: string) => string;

const ofBoth: Condition = (hosts, jobs) => `host_id = ANY(${hosts}) OR job_id = ANY(${jobs})`;
const ofHost: Condition = (hosts) => `host_id = ANY(${hosts})`;
const ofIncident: Condition = () => 'incident_id IN (SELECT id FROM incident)';

const badStates = runStates
  .filter(isBadRun)
  .map((state) => `'${state}'`)
  .join(', ');
const counts = ['waiting', 'running', 'succeeded', 'warning', 'failed', 'timed_out', 'killed', 'skipped'];
const sums = [...counts, 'indeterminate', 'duration_ms'].map((name) => `sum(${name})::bigint AS ${name}`).join(', ');

/** What is in the place of a table for somebody who may not see everything; those further down stand on those above. */
const shadows: Readonly<Record<string, Condition | { readonly select: string }>> = {
  // Who sees a job sees on which hosts it is; and who sees a host, which jobs it has.
  host: (hosts, jobs) =>
    `id = ANY(${hosts}) OR id IN (SELECT a.host_id FROM assignment a WHERE a.job_id = ANY(${jobs}))`,
  job: (hosts, jobs) =>
    `id = ANY(${jobs}) OR id IN (SELECT a.job_id FROM assignment a WHERE a.host_id = ANY(${hosts}))`,
  assignment: ofBoth,
  run: ofBoth,
  run_bad: ofBoth,
  run_hour: ofBoth,
  run_job_hour: { select: `job_id, hour, 0 AS slot, ${sums} FROM run_hour GROUP BY job_id, hour` },
  run_fleet_hour: { select: `hour, 0 AS slot, ${sums} FROM run_hour GROUP BY hour` },
  run_minute: {
    select: `run_minute_of(id) AS minute, 0 AS slot, count(*) AS started,
      count(*) FILTER (WHERE state IN (${badStates})) AS bad
      FROM run WHERE id >= uuid_at(now() - interval '4 hours') GROUP BY 1`,
  },
  missed_run: ofBoth,
  expected_cursor: ofBoth,
  rollout: (_hosts, jobs) => `job_id = ANY(${jobs})`,
  task_change: ofBoth,
  task_replacement: ofBoth,
  start_failure: ofBoth,
  command: ofBoth,
  alert_series: ofBoth,
  alert_signal: ofBoth,
  alert: ofBoth,
  incident: (hosts, jobs) =>
    `host_id = ANY(${hosts}) OR job_id = ANY(${jobs}) OR id IN (SELECT incident_id FROM alert)`,
  alert_log: ofIncident,
  notice: ofIncident,
  ticket_link: ofIncident,
  incident_link: ofIncident,
  agent_session: ofHost,
  agent_instance: ofHost,
  host_task: ofHost,
  host_inventory: ofHost,
  host_load: ofHost,
  host_pause: ofHost,
  host_seal_key: ofHost,
  host_secret: ofHost,
  host_upgrade: ofHost,
  host_watch: ofHost,
  host_absence: ofHost,
  host_boot: ofHost,
  spool_loss: ofHost,
  task_history: ofHost,
  definition_approval: (hosts, jobs) =>
    `job_id = ANY(${jobs}) OR job_id IN (SELECT a.job_id FROM assignment a WHERE a.host_id = ANY(${hosts}))`,
  change_request: (hosts, jobs) => `host_ids && ${hosts} OR job_ids && ${jobs}`,
};

/** Tables that stand in others' shadows: naming one needs those. */
const standsOn: Readonly<Record<string, readonly string[]>> = {
  run_job_hour: ['run_hour'],
  run_fleet_hour: ['run_hour'],
  run_minute: ['run'],
  incident: ['alert'],
  alert_log: ['incident', 'alert'],
  notice: ['incident', 'alert'],
  ticket_link: ['incident', 'alert'],
  incident_link: ['incident', 'alert'],
};

/** Names of the tables that are limited; a test compares them with the database. */
export const limitedTables: readonly string[] = Object.keys(shadows);

/**
 * The same question, asked of what `reach` leaves: each table that the statement names is replaced by what may be seen of
 * it. Whoever writes a list need not think of it, and cannot forget it.
 * @param text SQL; what is no question is left as it is
 */
export function limitStatement(
  text: string,
  values: readonly unknown[],
  { hostIds, jobIds }: Reach,
): { text: string; values: unknown[] } {
  const question = text.trim();
  const opening = /^(SELECT|WITH)\b/i.exec(question)?.[1]?.toUpperCase();
  if (opening === undefined) return { text, values: [...values] };
  const [hosts, jobs] = [`$${values.length + 1}::uuid[]`, `$${values.length + 2}::uuid[]`];
  const named = limitedTables.filter((table) => new RegExp(`\\b${table}\\b`).test(question));
  const needed = new Set(named.flatMap((table) => [table, ...(standsOn[table] ?? [])]));
  const parts = limitedTables.flatMap((table) => {
    const shadow = shadows[table];
    if (!shadow || !needed.has(table)) return [];
    const select = typeof shadow === 'function' ? `* FROM ${table} WHERE ${shadow(hosts, jobs)}` : shadow.select;
    return [`${table} AS NOT MATERIALIZED (SELECT ${select})`];
  });
  const reach = `reach_of_caller AS (SELECT ${hosts}, ${jobs})`;
  const rest = opening === 'WITH' ? `, ${question.slice('WITH'.length)}` : ` ${question}`;
  return { text: `WITH ${[reach, ...parts].join(', ')}${rest}`, values: [...values, hostIds, jobIds] };
}
