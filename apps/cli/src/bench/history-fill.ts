import type { StackDatabase } from '@carillon/stack/stack-database';

/** How a made history looks. */
export interface HistoryShape {
  readonly runs: number;
  readonly hosts: number;
  readonly days: number;
  /** How many hosts each job is on; all when it is left out. */
  readonly hostsPerJob?: number;
}

const timeMs = 'floor(extract(epoch FROM now()) * 1000)::bigint';

/**
 * Fills the tables of a stack with runs and their output, spread evenly over the days, jobs and hosts; one in fifty
 * failed, of one job in ten one in five. Indexes are taken away meanwhile: it is the reading that is measured.
 * The jobs must be there already.
 */
export async function fillHistory(
  database: StackDatabase,
  { runs, hosts, days, hostsPerJob = hosts }: HistoryShape,
  onProgress: (text: string) => void,
): Promise<void> {
  await database.rows(`SET synchronous_commit = off`);
  await database.rows(`SET maintenance_work_mem = '512MB'`);
  await database.rows(`SET work_mem = '128MB'`);
  await database.rows('SELECT ensure_partitions(current_date - $1::int - 1, current_date)', [days]);
  await addHosts(database, hosts, hostsPerJob);
  const indexes = await dropIndexes(database);
  onProgress(`making ${runs} runs`);
  await addRuns(database, runs, days, hostsPerJob);
  onProgress('making their output');
  await addOutput(database);
  onProgress('building indexes');
  for (const definition of indexes) await database.rows(definition);
  onProgress('counting');
  await database.rows('SELECT rebuild_run_hours()');
  for (const table of ['run', 'run_output', 'run_hour', 'run_job_hour', 'run_fleet_hour', 'host', 'assignment'])
    await database.rows(`VACUUM ANALYZE ${table}`);
}

/** Hosts that were here and are gone, with every job on so many of them, one after the other. */
async function addHosts(database: StackDatabase, hosts: number, hostsPerJob: number): Promise<void> {
  await database.rows(
    `INSERT INTO host (id, name, name_key, os, timezone, agent_version, scheduler, fingerprint, public_key, desired_hash)
     SELECT (lpad(to_hex(${timeMs}), 12, '0') || '7000' || '8' || lpad(to_hex(i), 15, '0'))::uuid, 'made-' || i, 'made-' || i,
       'Windows Server 2022', 'UTC', '0.1.0', 'memory', 'f', 'k', 'h' FROM generate_series(1, $1::int) AS i`,
    [hosts],
  );
  await database.rows(
    `INSERT INTO agent_session (host_id, last_seen_at) SELECT id, now() FROM host WHERE name LIKE 'made-%'`,
  );
  await database.rows(
    `INSERT INTO assignment (job_id, host_id, version, manifest_hash, state)
     SELECT j.id, h.id, j.current_version, v.manifest_hash, 'applied'
     FROM (SELECT id, row_number() OVER (ORDER BY name) - 1 AS number, count(*) OVER () AS hosts FROM host WHERE name LIKE 'made-%') h
     CROSS JOIN (SELECT id, current_version, row_number() OVER (ORDER BY name) - 1 AS number FROM job) j
     JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
     WHERE (h.number - j.number * 7 % h.hosts + h.hosts) % h.hosts < $1`,
    [hostsPerJob],
  );
}

/** @returns what makes them again */
async function dropIndexes(database: StackDatabase): Promise<string[]> {
  const indexes = await database.rows<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
     WHERE i.indrelid IN ('run'::regclass, 'run_output'::regclass) AND NOT i.indisprimary`,
  );
  for (const { name } of indexes) await database.rows(`DROP INDEX ${name}`);
  return indexes.map(({ definition }) => definition.replace(' ON ONLY ', ' ON '));
}

async function addRuns(database: StackDatabase, runs: number, days: number, hostsPerJob: number): Promise<void> {
  await database.rows(
    `WITH jobs AS (SELECT array_agg(id ORDER BY name) AS ids FROM job),
       hosts AS (SELECT array_agg(id ORDER BY name) AS ids FROM host WHERE name LIKE 'made-%'),
       made AS (
         SELECT i, ${timeMs} - ((($1::bigint - i) * $2::bigint * 86400000) / $1::bigint) AS ms, md5(i::text) AS noise,
           (hashint8(i) & 2147483647) AS draw FROM generate_series(1::bigint, $1::bigint) AS i),
       placed AS (
         SELECT m.*, m.draw % cardinality(jobs.ids) AS job_number, jobs.ids[m.draw % cardinality(jobs.ids) + 1] AS job_id,
           hosts.ids[(m.draw % cardinality(jobs.ids) * 7 + (m.draw / 64) % $3::int) % cardinality(hosts.ids) + 1] AS host_id, to_timestamp(m.ms / 1000.0) AS at
         FROM made m, jobs, hosts),
       judged AS (
         SELECT *, CASE WHEN (draw / 7) % CASE job_number % 10 WHEN 3 THEN 5 ELSE 50 END = 0 THEN 'failed' ELSE 'succeeded' END AS state
         FROM placed)
     INSERT INTO run (id, job_id, job_version, host_id, state, trigger, scheduled_for, started_at, finished_at, duration_ms,
       exit_code, cpu_ms, peak_memory_bytes, encoding, stdout_bytes, stdout_stored, stdout_sha256, received_at)
     SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(noise, 1, 3) || '8' || substr(noise, 4, 15))::uuid, job_id, 1, host_id,
       state::run_state, 'schedule', at, at, at + draw % 60000 * interval '1 millisecond', draw % 60000,
       CASE state WHEN 'failed' THEN 1 ELSE 0 END, 31, 18874368, 'utf-8', 60, 60, sha256(noise::bytea), at
     FROM judged ORDER BY i`,
    [runs, days, hostsPerJob],
  );
}

/** One short piece each; failures say which of many files was to blame. */
async function addOutput(database: StackDatabase): Promise<void> {
  await database.rows(
    `INSERT INTO run_output (run_id, stream, "offset", at, length, codec, data)
     SELECT id, 0, 0, finished_at, length(said), 0, convert_to(said, 'UTF8') FROM (
       SELECT id, finished_at, CASE state WHEN 'failed'
         THEN format(E'ERROR: access denied to D:\\\\in\\\\orders_%s.csv, giving up\\r\\n', duration_ms % 5000)
         ELSE format(E'backup of volume %s done: %s files, 0 errors\\r\\n', duration_ms % 64, 1000 + duration_ms % 900) END AS said
       FROM run) AS told ORDER BY id`,
  );
}
