import type { RunState } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

/** An object as its row says. */
export interface ObjectRow {
  readonly bucket: string;
  readonly key: string;
  readonly runId: string;
  /** Bytes of the object, and their hash. */
  readonly length: number;
  readonly sha256: Buffer;
  /** Bytes of both streams that it holds. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

export interface HeldObject extends ObjectRow {
  readonly archivedAt: Date;
}

/** A run that has output in the database. */
export interface HotRunRow {
  readonly runId: string;
  /** Null with all that follows: no word of the run came. */
  readonly state: RunState | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly job: string | null;
}

const objectColumns = `bucket, key, run_id AS "runId", length, sha256, stdout_bytes::float8 AS "stdoutBytes",
  stderr_bytes::float8 AS "stderrBytes"`;
const lock = 'carillon.archive';
const lockNotAvailable = '55P03';

/** Which output lies where: the rows that lead to objects, and the moves between them and the database. */
@Injectable()
export class ArchivedOutputStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Does the work unless another server does it at this moment. @returns undefined then */
  alone<T>(work: () => Promise<T>): Promise<T | undefined> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS got', [
        lock,
      ]);
      return rows[0]?.got ? await work() : undefined;
    });
  }

  /** Runs that started before a time and have output in the database, oldest first, from behind `afterRunId` on. */
  async hotRuns(beforeMs: number, afterRunId: string, limit: number): Promise<HotRunRow[]> {
    const { rows } = await this.database.pool.query<HotRunRow>(
      `SELECT o.run_id AS "runId", r.state, r.started_at AS "startedAt", r.finished_at AS "finishedAt", j.name AS job
       FROM (SELECT DISTINCT run_id FROM run_output WHERE run_id > $1 AND run_id < $2 ORDER BY run_id LIMIT $3) o
       LEFT JOIN run r ON r.id = o.run_id LEFT JOIN job j ON j.id = r.job_id ORDER BY o.run_id`,
      [afterRunId, lowestUuidAt(beforeMs), limit],
    );
    return rows;
  }

  /** The object that holds a run's output; null: none does. */
  async held(runId: string): Promise<HeldObject | null> {
    const { rows } = await this.database.pool.query<HeldObject>(
      `SELECT ${objectColumns}, archived_at AS "archivedAt" FROM archived_output WHERE run_id = $1 AND state = 'held'`,
      [runId],
    );
    return rows[0] ?? null;
  }

  /** Notes that an object is about to be written. @throws when there was one of this name */
  async intend({ bucket, key, runId, length, sha256, stdoutBytes, stderrBytes }: ObjectRow, nowMs: number) {
    await this.database.pool.query(
      `INSERT INTO archived_output (bucket, key, run_id, state, length, sha256, stdout_bytes, stderr_bytes, touched_at)
       VALUES ($1, $2, $3, 'writing', $4, $5, $6, $7, $8)`,
      [bucket, key, runId, length, sha256, stdoutBytes, stderrBytes, new Date(nowMs)],
    );
  }

  /**
   * The object is there, and was read back: it holds the run's output from now on, and exactly the pieces that it was made of
   * go from the database. An object that held it before leaves.
   * @throws Error, so that nothing changes, when one of them is not there any more
   */
  settle({ bucket, key, runId }: ObjectRow, pieces: readonly PiecePlace[], nowMs: number): Promise<void> {
    return poolTransaction(this.database.pool, async (client) => {
      await deletePieces(client, runId, pieces);
      const at = new Date(nowMs);
      const left = await client.query<Counted>(
        `UPDATE archived_output SET state = 'leaving', touched_at = $2 WHERE run_id = $1 AND state = 'held' RETURNING ${counted}`,
        [runId, at],
      );
      const held = await client.query<Counted>(
        `UPDATE archived_output SET state = 'held', touched_at = $3, archived_at = $3
         WHERE bucket = $1 AND key = $2 AND state = 'writing' RETURNING ${counted}`,
        [bucket, key, at],
      );
      if (held.rowCount !== 1)
        throw new Error(`archived_output ${key}: expected it to be written, somebody else took it`);
      await count(client, held.rows, 1);
      await count(client, left.rows, -1);
    });
  }

  /** Takes pieces from the database that an object holds already. */
  forget(runId: string, pieces: readonly PiecePlace[]): Promise<void> {
    return poolTransaction(this.database.pool, (client) => deletePieces(client, runId, pieces));
  }

  /** Objects of runs that started before a time leave, a number of them at most. @returns how many */
  expire(beforeMs: number, limit: number, nowMs: number): Promise<number> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<Counted>(
        `UPDATE archived_output SET state = 'leaving', touched_at = $3 WHERE (bucket, key) IN (
           SELECT bucket, key FROM archived_output WHERE state = 'held' AND run_id < $1 ORDER BY run_id LIMIT $2) RETURNING ${counted}`,
        [lowestUuidAt(beforeMs), limit, new Date(nowMs)],
      );
      await count(client, rows, -1);
      return rows.length;
    });
  }

  /** Objects whose writing was begun before a time, and came to nothing, leave. Whoever still writes one finds it taken. */
  async abandon(beforeMs: number, nowMs: number): Promise<void> {
    await this.database.pool.query(
      `UPDATE archived_output SET state = 'leaving', touched_at = $2 WHERE state = 'writing' AND touched_at < $1`,
      [new Date(beforeMs), new Date(nowMs)],
    );
  }

  /** Objects that leave since before a time: whoever looked them up before has read them by then. */
  async leaving(beforeMs: number, limit: number): Promise<Pick<ObjectRow, 'bucket' | 'key'>[]> {
    const { rows } = await this.database.pool.query<Pick<ObjectRow, 'bucket' | 'key'>>(
      `SELECT bucket, key FROM archived_output WHERE state = 'leaving' AND touched_at < $1 ORDER BY touched_at LIMIT $2`,
      [new Date(beforeMs), limit],
    );
    return rows;
  }

  /** The object is gone. */
  async gone({ bucket, key }: Pick<ObjectRow, 'bucket' | 'key'>): Promise<void> {
    await this.database.pool.query(`DELETE FROM archived_output WHERE bucket = $1 AND key = $2 AND state = 'leaving'`, [
      bucket,
      key,
    ]);
  }

  /** Drops partitions of days before a time that have nothing left in them; another time where somebody works with one. */
  async dropEmpty(beforeMs: number): Promise<void> {
    try {
      await this.database.pool.query('SELECT drop_empty_output($1)', [new Date(beforeMs)]);
    } catch (error) {
      if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    }
  }

  /** The start of the newest run within a range whose output is in the archive, where no search looks. */
  async newestWithin(sinceMs: number, untilMs: number | undefined): Promise<string | null> {
    const { rows } = await this.database.pool.query<{ runId: string }>(
      `SELECT a.run_id AS "runId" FROM archived_output a
       WHERE a.state = 'held' AND a.run_id >= $1 AND a.run_id < $2 AND EXISTS (SELECT FROM run r WHERE r.id = a.run_id)
       ORDER BY a.run_id DESC LIMIT 1`,
      [lowestUuidAt(sinceMs), untilMs === undefined ? 'ffffffff-ffff-ffff-ffff-ffffffffffff' : lowestUuidAt(untilMs)],
    );
    return rows[0]?.runId ?? null;
  }
}

/** Which piece of a run's output. */
type PiecePlace = { readonly stream: number; readonly offset: number };
type Client = Parameters<Parameters<typeof poolTransaction>[1]>[0];
type Counted = { objectBytes: number; outputBytes: number };
const counted = `length AS "objectBytes", (stdout_bytes + stderr_bytes)::float8 AS "outputBytes"`;

async function deletePieces(client: Client, runId: string, pieces: readonly PiecePlace[]): Promise<void> {
  const { rowCount } = await client.query(
    `DELETE FROM run_output o USING unnest($2::smallint[], $3::bigint[]) AS p(stream, "offset")
     WHERE o.run_id = $1 AND o.stream = p.stream AND o."offset" = p."offset"`,
    [runId, pieces.map(({ stream }) => stream), pieces.map(({ offset }) => offset)],
  );
  if (rowCount !== pieces.length)
    throw new Error(
      `run_output of ${runId}: expected ${pieces.length} pieces, found ${rowCount}; somebody else took some`,
    );
}

async function count(client: Client, objects: readonly Counted[], sign: 1 | -1): Promise<void> {
  if (objects.length === 0) return;
  const sum = (of: keyof Counted) => sign * objects.reduce((total, object) => total + object[of], 0);
  await client.query(
    `UPDATE archive_state SET objects = objects + $1, object_bytes = object_bytes + $2, output_bytes = output_bytes + $3`,
    [sign * objects.length, sum('objectBytes'), sum('outputBytes')],
  );
}
