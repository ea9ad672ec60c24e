import type { StackDatabase } from '@carillon/stack/stack-database';
import type { PlannedHost } from './demo-hosts.js';

/**
 * What a demo needs of the past that no agent can tell now: when hosts joined and jobs were written, loads of the last two
 * days, fires that were missed while nobody watched, and since when a site is gone. Written to the tables, which nothing but
 * a demo and a bench may do; runs, their output, drift and incidents come through the gateway and the alert engine.
 */
export async function seedPast(
  database: StackDatabase,
  hosts: readonly PlannedHost[],
  { days, goneMs }: { readonly days: number; readonly goneMs: number },
): Promise<void> {
  await backdate(database, days);
  await seedLoads(database, hosts);
  await seedMissed(database);
  const gone = hosts.filter(({ isGone }) => isGone).map(({ name }) => name);
  await database.rows(
    `UPDATE agent_session SET last_seen_at = $2, connected_at = NULL, gateway_id = NULL, load_at = $2
     WHERE host_id IN (SELECT id FROM host WHERE name = ANY($1))`,
    [gone, new Date(goneMs)],
  );
}

/** Rooms for runs of days that are over, before any arrive. */
export async function makeRoomForPast(database: StackDatabase, days: number): Promise<void> {
  await database.rows('SELECT ensure_partitions(current_date - $1::int - 1, current_date)', [days]);
}

async function backdate(database: StackDatabase, days: number): Promise<void> {
  const ago = `(($1::int + 20 + (hashtext(name) & 63)) * interval '1 day')`;
  await database.rows(`UPDATE host SET enrolled_at = now() - ${ago}`, [days]);
  await database.rows(`UPDATE job SET created_at = now() - ${ago}, updated_at = now() - ${ago}`, [days]);
  // Versions never change, except that these were never written at another time.
  await database.rows('ALTER TABLE job_version DISABLE TRIGGER job_version_immutable');
  await database.rows(
    `UPDATE job_version v SET created_at = j.created_at FROM job j WHERE j.id = v.job_id AND v.version = 1`,
  );
  await database.rows('ALTER TABLE job_version ENABLE TRIGGER job_version_immutable');
}

/** Every five minutes of two days, busy by day and quiet by night. */
async function seedLoads(database: StackDatabase, hosts: readonly PlannedHost[]): Promise<void> {
  await database.rows(
    `INSERT INTO host_load (host_id, slot, at, cpu_percent, memory_percent, disk_percent)
     SELECT h.id, (n % 576)::smallint, to_timestamp(n * 300),
       greatest(1, least(99, x.cpu * (0.75 + 0.5 * sin((n % 288) * pi() / 144 - pi() / 2)) + (hashint8(n * 7919 + x.place) & 15)))::int,
       greatest(1, least(99, x.memory + (hashint8(n * 104729 + x.place) & 7) - 3))::int,
       greatest(1, least(99, x.disk - (now_n - n) / 288.0))::int
     FROM unnest($1::text[], $2::int[], $3::int[], $4::int[]) WITH ORDINALITY AS x(name, cpu, memory, disk, place)
     JOIN host h ON h.name = x.name
     CROSS JOIN (SELECT floor(extract(epoch FROM now()) / 300)::bigint AS now_n) AS clock
     CROSS JOIN LATERAL generate_series(now_n - 575, now_n - 1) AS n
     ON CONFLICT DO NOTHING`,
    [
      hosts.map(({ name }) => name),
      hosts.map(({ load }) => load.cpu),
      hosts.map(({ load }) => load.memory),
      hosts.map(({ load }) => load.disk),
    ],
  );
}

/** A few nights on which hosts were off or tasks switched off, as the watch over expected runs would have noted them. */
async function seedMissed(database: StackDatabase): Promise<void> {
  await database.rows(
    `INSERT INTO missed_run (job_id, host_id, version, timezone, scheduled_for, last_for, occurrences, verdict, cause, certainty,
       text, figures, evidence, decided_at)
     SELECT j.id, h.id, 1, h.timezone, at, at, 1, 'missed', why.cause, 'certain', why.text,
       why.figures::jsonb, jsonb_build_array(jsonb_build_object('atMs', (extract(epoch FROM at) * 1000)::bigint - why.before,
         'text', why.evidence, 'code', why.code, 'figures', why.figures::jsonb)), at + interval '5 minutes'
     FROM (SELECT a.job_id, a.host_id, row_number() OVER (ORDER BY md5(a.host_id::text || a.job_id)) AS n FROM assignment a
       JOIN job j ON j.id = a.job_id WHERE j.name IN ('log-cleanup', 'iis-log-compress', 'pos-day-end', 'windows-update-scan')) p
     JOIN job j ON j.id = p.job_id JOIN host h ON h.id = p.host_id
     JOIN (VALUES (0, 'host_off', 'the host was off', 'the host started again later', -5400000, 'started', '{}'),
       (1, 'task_disabled', 'the task was switched off on the host, by CORP\\m.weber', 'CORP\\m.weber switched the task off', 86400000, 'changed',
         '{"by":"CORP\\\\m.weber"}'),
       (2, 'logon_failed', 'Task Scheduler could not log the account on: the password is wrong', 'record 104 of Task Scheduler''s log', -1000,
         'scheduler_log', '{"records":"104"}')
     ) AS why(kind, cause, text, evidence, before, code, figures) ON why.kind = p.n % 3
     CROSS JOIN LATERAL (SELECT date_trunc('hour', now()) - (p.n * 5) * interval '1 hour' - interval '30 minutes' AS at) AS t
     WHERE p.n <= 24`,
  );
}

/** Moves an incident with all that was decided and told of it to the time of its runs. */
export async function moveIncident(
  database: StackDatabase,
  number: number,
  { beganMs, endedMs }: { readonly beganMs: number; readonly endedMs: number },
): Promise<void> {
  const [row] = await database.rows<{ id: string; from: Date; to: Date }>(
    'SELECT id, opened_at AS "from", now() AS "to" FROM incident WHERE number = $1',
    [number],
  );
  if (!row) return;
  // What took seconds took hours: a straight line from one time to the other.
  const factor = (endedMs - beganMs) / Math.max(1, row.to.getTime() - row.from.getTime());
  const moved = (column: string) =>
    `${column} = to_timestamp(($2::float8 + greatest(0, extract(epoch FROM ${column}) * 1000 - $3::float8) * $4::float8) / 1000)`;
  const values = [row.id, beganMs, row.from.getTime(), factor];
  const move = (table: string, where: string, ...columns: string[]) =>
    database.rows(`UPDATE ${table} SET ${columns.map(moved).join(', ')} WHERE ${where} = $1`, values);
  await move('incident', 'id', 'opened_at', 'updated_at', 'resolved_at', 'acknowledged_at');
  await move('alert', 'incident_id', 'since', 'fired_at', 'resolved_at');
  await move('alert_log', 'incident_id', 'at');
  await move('notice', 'incident_id', 'created_at', 'sent_at');
}

/** Everybody in a demo is its one signed-in person; the story has others. */
export async function answeredBy(database: StackDatabase, number: number, person: string): Promise<void> {
  await database.rows('UPDATE incident SET acknowledged_by = $2 WHERE number = $1', [number, person]);
  await database.rows(
    `UPDATE alert_log SET actor = $2 WHERE actor IS NOT NULL AND incident_id = (SELECT id FROM incident WHERE number = $1)`,
    [number, person],
  );
}
