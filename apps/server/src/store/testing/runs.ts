import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Database } from '../database.store.js';
import { addFleet } from './fleet.js';

export interface RunPlace {
  readonly jobId: string;
  readonly hostId: string;
}

/** A job with one version, and a host. */
export async function addJobAndHost(database: Database, names: { job: string; host: string }): Promise<RunPlace> {
  const [hostId = ''] = await addFleet(database, [{ name: names.host }]);
  const jobId = makeUuid7(Date.now(), randomBytes(10));
  await database.pool.query('INSERT INTO job (id, name, name_key, current_version) VALUES ($1, $2, lower($2), 1)', [
    jobId,
    names.job,
  ]);
  await database.pool.query(
    `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
     VALUES ($1, 1, '{}', 's', '{}', 'm', 's', 'test')`,
    [jobId],
  );
  return { jobId, hostId };
}

export interface RunChanges {
  readonly state?: string;
  readonly trigger?: string;
  readonly exitCode?: number;
  readonly startedAtMs?: number;
  readonly encoding?: string;
  /** Of its job. */
  readonly version?: number;
  /** Bytes kept of both streams, as the run's last word says. */
  readonly stored?: readonly [number, number];
}

/** A run that began when `startedAtMs` says. @returns its id */
export async function addRun(database: Database, place: RunPlace, changes: RunChanges = {}): Promise<string> {
  const startedAtMs = changes.startedAtMs ?? Date.now();
  const id = makeUuid7(startedAtMs, randomBytes(10));
  await database.pool.query(
    `INSERT INTO run (id, job_id, job_version, host_id, state, trigger, started_at, exit_code, encoding, stdout_bytes, stdout_stored, stderr_bytes, stderr_stored)
     VALUES ($1, $2, $11, $3, $4::run_state, $5::run_trigger, to_timestamp($6 / 1000.0), $7, $8, $9, $9, $10, $10)`,
    [
      id,
      place.jobId,
      place.hostId,
      changes.state ?? 'succeeded',
      changes.trigger ?? 'schedule',
      startedAtMs,
      changes.exitCode ?? null,
      changes.encoding ?? 'auto',
      ...(changes.stored ?? [0, 0]),
      changes.version ?? 1,
    ],
  );
  return id;
}

/** `at` in milliseconds of the run; a piece follows on the one before it unless `offset` says otherwise. */
export interface TestPiece {
  readonly stream?: 0 | 1;
  readonly data: Buffer | string;
  readonly at?: number;
  readonly offset?: number;
  readonly droppedBefore?: number;
  readonly gzip?: boolean;
}

/** Output of a run, piece by piece. */
export async function addOutput(database: Database, runId: string, pieces: readonly TestPiece[]): Promise<void> {
  const ends: [number, number] = [0, 0];
  for (const [index, piece] of pieces.entries()) {
    const { stream = 0, at = index, droppedBefore = 0, gzip = false } = piece;
    const data = Buffer.from(piece.data as string);
    const offset = piece.offset ?? ends[stream];
    ends[stream] = offset + data.length;
    await database.pool.query(
      `INSERT INTO run_output (run_id, stream, "offset", at, dropped_before, length, codec, data)
       VALUES ($1, $2, $3, to_timestamp($4 / 1000.0), $5, $6, $7, $8)`,
      [runId, stream, offset, at, droppedBefore, data.length, gzip ? 1 : 0, gzip ? gzipSync(data) : data],
    );
  }
}
