import { gunzipSync } from 'node:zlib';
import { needsOutput } from '@carillon/core/alert/conditions/condition';
import { compilePattern, patternProblem } from '@carillon/core/alert/conditions/pattern';
import { conditionsOfPolicy } from '@carillon/core/alert/documents/alert-policy.schema';
import type { Minutes, Series } from '@carillon/core/alert/evaluate/series';
import { type HostNow, type JobNow, type PolicyNow, pairOf } from '@carillon/core/alert/evaluate/world';
import type { RunFacts, Signal } from '@carillon/core/alert/signal';
import { decodeOutput, detectEncoding } from '@carillon/core/run/output-text';
import type { RunState } from '@carillon/core/state/states';
import type pg from 'pg';
import type { StoredDocument } from './alert-document.store.js';

/** What a signal's row holds; a run's facts come from the run itself, as it stands now. */
export interface SignalRow {
  readonly id: string;
  readonly kind: Signal['kind'];
  readonly jobId: string | null;
  readonly hostId: string | null;
  readonly runId: string | null;
  readonly at: Date;
  readonly data: Record<string, unknown> | null;
  readonly run: (Omit<RunFacts, 'startedMs'> & { startedMs: number; stored: number }) | null;
}

/** Signals of one turn: enough to be quick, few enough to be held. */
export const signalsPerTurn = 2_000;
/** Stands for the host in the series of a job on all hosts. */
export const allHosts = '00000000-0000-0000-0000-000000000000';

/** The oldest signals that wait for nothing, with the runs that they are about. */
export async function readSignals(client: pg.PoolClient, nowMs: number): Promise<SignalRow[]> {
  const result = await client.query<SignalRow>(
    `SELECT s.id, s.kind, s.job_id AS "jobId", s.host_id AS "hostId", s.run_id AS "runId", s.at, s.data,
       CASE WHEN r.id IS NULL THEN NULL ELSE json_build_object(
         'state', r.state, 'reason', r.reason, 'version', r.job_version, 'exitCode', r.exit_code,
         'scheduledForMs', extract(epoch FROM r.scheduled_for) * 1000, 'startedMs', extract(epoch FROM r.started_at) * 1000,
         'finishedMs', extract(epoch FROM r.finished_at) * 1000, 'durationMs', r.duration_ms,
         'stored', coalesce(r.stdout_stored, r.stdout_bytes, 0) + coalesce(r.stderr_stored, r.stderr_bytes, 0)) END AS run
     FROM (SELECT * FROM alert_signal WHERE not_before IS NULL OR not_before <= $1 ORDER BY id LIMIT ${signalsPerTurn}) s
     LEFT JOIN run r ON r.id = s.run_id ORDER BY s.id`,
    [new Date(nowMs)],
  );
  return result.rows;
}

/** As core has it; undefined for one whose run is gone, or that a newer server wrote. */
export function signalOf({ id, kind, jobId, hostId, runId, at, data, run }: SignalRow): Signal | undefined {
  const base = { id, atMs: at.getTime() };
  const ids = { jobId: jobId ?? '', hostId: hostId ?? '' };
  switch (kind) {
    case 'run': {
      // A test of our own carries its facts, since its run is not stored.
      const facts = run ?? (data as RunFacts | null);
      return facts && runId ? { ...base, ...ids, kind, runId, run: facts } : undefined;
    }
    case 'missed':
      return {
        ...base,
        ...ids,
        kind,
        runId,
        ...(data as Omit<Extract<Signal, { kind: 'missed' }>, 'id' | 'atMs' | 'kind' | 'jobId' | 'hostId' | 'runId'>),
      };
    case 'host':
    case 'spool':
      return { ...base, hostId: ids.hostId, kind, ...data } as Signal;
    case 'task':
      return { ...base, ...ids, kind, ...data } as Signal;
    case 'system':
      return { ...base, kind, ...data } as Signal;
    default:
      return undefined;
  }
}

/** A stored policy, ready to be asked. */
export function policyNow({ nameKey, spec }: Pick<StoredDocument<'AlertPolicy'>, 'nameKey' | 'spec'>): PolicyNow {
  const conditions = conditionsOfPolicy(spec);
  const pattern = conditions.find((condition) => condition.kind === 'output')?.pattern;
  return {
    key: nameKey,
    name: spec.name,
    severity: spec.severity,
    conditions,
    pattern: pattern === undefined || patternProblem(pattern) ? null : compilePattern(pattern),
    forMs: spec.forMs ?? 0,
    resolveAfter: spec.resolveAfter ?? 1,
    scope: spec.appliesTo ?? null,
    labels: spec.labels ?? {},
    runbook: spec.runbook ?? null,
  };
}

export async function readJobs(client: pg.PoolClient, ids: readonly string[]): Promise<Map<string, JobNow>> {
  if (ids.length === 0) return new Map();
  const result = await client.query<JobNow>(
    `SELECT j.id, j.name, j.current_version AS version, coalesce(v.spec->>'owner', '') AS owner,
       coalesce(v.spec->'alerts', '[]') AS alerts
     FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
     WHERE j.id = ANY($1::uuid[]) AND j.deleted_at IS NULL`,
    [ids],
  );
  return new Map(result.rows.map((row) => [row.id, row]));
}

/** @param withJobs those of them for which it matters which jobs they should have */
export async function readHosts(
  client: pg.PoolClient,
  ids: readonly string[],
  withJobs: readonly string[],
): Promise<Map<string, HostNow>> {
  if (ids.length === 0) return new Map();
  const result = await client.query<HostNow & { jobs: HostNow['jobs'] | null }>(
    `SELECT h.id, h.name, h.labels, CASE WHEN h.id = ANY($2::uuid[]) THEN (
       SELECT json_agg(json_build_object('name', j.name, 'alerts', coalesce(v.spec->'alerts', '[]')) ORDER BY j.name_key)
       FROM assignment a JOIN job j ON j.id = a.job_id AND j.deleted_at IS NULL
         JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
       WHERE a.host_id = h.id AND a.state <> 'removing') END AS jobs
     FROM host h WHERE h.id = ANY($1::uuid[]) AND h.state <> 'retired'`,
    [ids, withJobs],
  );
  return new Map(result.rows.map(({ jobs, ...host }) => [host.id, jobs ? { ...host, jobs } : host]));
}

export interface Pair {
  readonly jobId: string;
  readonly hostId: string;
}

/** Series of pairs, and minutes of jobs. */
export async function readSeries(client: pg.PoolClient, pairs: readonly Pair[], jobIds: readonly string[]) {
  const series = new Map<string, Series>();
  const minutes = new Map<string, Minutes>();
  if (jobIds.length === 0) return { series, minutes };
  const all = [...pairs, ...jobIds.map((jobId) => ({ jobId, hostId: allHosts }))];
  const result = await client.query<Pair & { results: unknown }>(
    `SELECT s.job_id AS "jobId", s.host_id AS "hostId", s.results
     FROM unnest($1::uuid[], $2::uuid[]) AS x(job_id, host_id) JOIN alert_series s ON s.job_id = x.job_id AND s.host_id = x.host_id`,
    [all.map(({ jobId }) => jobId), all.map(({ hostId }) => hostId)],
  );
  for (const { jobId, hostId, results } of result.rows) {
    if (hostId === allHosts) minutes.set(jobId, results as Minutes);
    else series.set(pairOf(jobId, hostId), unpackSeries(results));
  }
  return { series, minutes };
}

type Packed = readonly [
  runId: string,
  atMs: number,
  state: RunState,
  exitCode: number | null,
  durationMs: number | null,
];

/** A series as its row holds it: without names, since it is written with every result. */
export function packSeries(series: Series): string {
  return JSON.stringify(
    series.map(({ runId, atMs, state, exitCode, durationMs }): Packed => [runId, atMs, state, exitCode, durationMs]),
  );
}

function unpackSeries(results: unknown): Series {
  return (results as readonly Packed[]).map(([runId, atMs, state, exitCode, durationMs]) => ({
    runId,
    atMs,
    state,
    exitCode,
    durationMs,
  }));
}

/** Of each stream, as much of its beginning and end as a run may keep. */
const outputBytes = 1024 * 1024;

/**
 * What finished runs wrote, as text; runs whose output has not all come are left out.
 * @param stored bytes that are to come, by run
 */
export async function readOutputs(
  client: pg.PoolClient,
  stored: ReadonlyMap<string, number>,
): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  if (stored.size === 0) return outputs;
  const result = await client.query<{ runId: string; stream: number; codec: number; data: Buffer; length: number }>(
    `SELECT run_id AS "runId", stream, codec, data, length FROM run_output WHERE run_id = ANY($1::uuid[])
     ORDER BY run_id, stream, "offset"`,
    [[...stored.keys()]],
  );
  const byRun = new Map<string, typeof result.rows>();
  for (const row of result.rows) byRun.set(row.runId, [...(byRun.get(row.runId) ?? []), row]);
  for (const [runId, expected] of stored) {
    const pieces = byRun.get(runId) ?? [];
    const here = pieces.reduce((sum, { length }) => sum + length, 0);
    if (here < expected) continue;
    const texts = [0, 1].map((number) => {
      const bytes = Buffer.concat(
        pieces
          .filter(({ stream }) => stream === number)
          .map(({ codec, data }) => (codec === 1 ? gunzipSync(data) : data)),
      ).subarray(0, outputBytes);
      return decodeOutput(bytes, detectEncoding(bytes));
    });
    outputs.set(runId, texts.join('\n'));
  }
  return outputs;
}

/** Whether a policy asks what runs write. */
export function asksForOutput({ conditions }: PolicyNow): boolean {
  return conditions.some(needsOutput);
}
