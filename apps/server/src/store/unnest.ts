/** Columns of a batch: name -> Postgres type and how to read it from a row. */
export type Columns<T> = Readonly<Record<string, readonly [type: string, read: (row: T) => unknown]>>;

/**
 * A batch as one table in SQL: `unnest($1::uuid[], …) AS alias(host_id, …)` with its parameters. One statement for
 * hundreds of rows is tens of times faster than a statement each.
 */
export function unnest<T>(alias: string, columns: Columns<T>, rows: readonly T[]): { sql: string; values: unknown[] } {
  const entries = Object.entries(columns);
  const parameters = entries.map(([, [type]], index) => `$${index + 1}::${type}[]`);
  const names = entries.map(([name]) => `"${name}"`);
  return {
    sql: `unnest(${parameters.join(', ')}) AS ${alias}(${names.join(', ')})`,
    values: entries.map(([, [, read]]) => rows.map(read)),
  };
}
