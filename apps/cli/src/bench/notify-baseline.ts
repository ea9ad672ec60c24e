import type { StackDatabase } from '@carillon/stack/stack-database';
import { type Quantiles, quantilesOf } from './quantiles.js';

const rounds = 200;

/**
 * What Postgres alone takes to tell somebody that a row is there: inserted and notified in one transaction on one
 * connection, read by another one that listens. Milliseconds from before the insert until the row is read.
 */
export async function notifyLatency(writer: StackDatabase, reader: StackDatabase): Promise<Quantiles> {
  await writer.rows('CREATE TABLE bench_notify (id int PRIMARY KEY, text text NOT NULL)');
  const heard = new Map<string, () => void>();
  await reader.listen('bench', (id) => heard.get(id)?.());
  const times: number[] = [];
  for (let id = 0; id < rounds; id += 1) {
    const told = new Promise<void>((resolve) => heard.set(String(id), resolve));
    const startedMs = performance.now();
    await writer.rows(
      `WITH x AS (INSERT INTO bench_notify VALUES ($1, 'a run failed') RETURNING id) SELECT pg_notify('bench', id::text) FROM x`,
      [id],
    );
    await told;
    await reader.rows('SELECT * FROM bench_notify WHERE id = $1', [id]);
    times.push(performance.now() - startedMs);
  }
  await writer.rows('DROP TABLE bench_notify');
  return quantilesOf(times);
}
