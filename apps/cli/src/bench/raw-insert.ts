import type { StackDatabase } from '@carillon/stack/stack-database';

const rowsPerStatement = 500;

interface Copy {
  readonly insert: string;
  /** Column by column, for each statement. */
  readonly batches: (readonly unknown[])[];
}

/**
 * What Postgres alone does with the same results: tables like the two in which a run and its output stand, indexes
 * included, filled on one connection by one `INSERT … SELECT FROM unnest` each per 500 rows, in one transaction. Nothing
 * else runs meanwhile.
 * @returns results per second
 */
export async function rawInsertRate(database: StackDatabase, results: number): Promise<number> {
  await database.rows('CREATE TEMP TABLE bench_ids AS SELECT run_id AS id FROM run_output LIMIT $1', [results]);
  const runs = await copyOf(database, 'run', 'id');
  const outputs = await copyOf(database, 'run_output', 'run_id');
  const startedMs = performance.now();
  for (const [index, batch] of runs.batches.entries()) {
    await database.rows('BEGIN');
    await database.rows(runs.insert, [...batch]);
    await database.rows(outputs.insert, [...(outputs.batches[index] ?? [])]);
    await database.rows('COMMIT');
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  await database.rows('DROP TABLE bench_ids, bench_run, bench_run_output');
  return results / seconds;
}

async function copyOf(database: StackDatabase, table: string, key: string): Promise<Copy> {
  await database.rows(`CREATE TABLE bench_${table} (LIKE ${table} INCLUDING ALL EXCLUDING STATISTICS)`);
  const columns = await database.rows<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const texts = columns.map(({ name }) => `"${name}"::text`).join(', ');
  const rows = await database.rows<Record<string, string | null>>(
    `SELECT ${texts} FROM ${table} WHERE ${key} IN (SELECT id FROM bench_ids) ORDER BY ${key}`,
  );
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const batches: Copy['batches'] = [];
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const some = rows.slice(from, from + rowsPerStatement);
    batches.push(columns.map(({ name }) => some.map((row) => row[name])));
  }
  return { insert: `INSERT INTO bench_${table} (${names}) SELECT * FROM unnest(${arrays})`, batches };
}
