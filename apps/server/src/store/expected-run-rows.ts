import type { ExpectedSpan } from '@carillon/core/alert/missed/expected-fires';
import { overrideOf } from '@carillon/core/job/host-overrides';
import type { HostOverride } from '@carillon/core/job/job-spec';
import type { AssignmentState, HostState, RunState } from '@carillon/core/state/states';
import type { WhyVersion } from '@carillon/core/why/due-fire';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type pg from 'pg';
import { unnest } from './unnest.js';

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** A job on a host whose expected runs are to be looked at. */
export interface CursorRow {
  readonly hostId: string;
  readonly jobId: string;
  readonly checkedToMs: number;
  readonly spans: readonly { readonly version: number; readonly timezone: string; readonly fromMs: number }[];
  /** Of `missed_run`. */
  readonly stretch: string | null;
  readonly jobName: string;
  readonly isDeleted: boolean;
  readonly hostName: string;
  readonly hostState: HostState;
  readonly assignment: AssignmentState;
  readonly assignmentMs: number;
  readonly isConnected: boolean;
  readonly connectedMs: number | null;
  readonly lastSeenMs: number | null;
  readonly waiting: number;
  readonly clockAheadMs: number | null;
}

/** Takes what is due, so that no other server looks at it meanwhile. */
export async function takeDueCursors(client: pg.PoolClient, nowMs: number, limit: number): Promise<CursorRow[]> {
  const result = await client.query<CursorRow>(
    `SELECT c.host_id AS "hostId", c.job_id AS "jobId", ${ms('c.checked_to')} AS "checkedToMs", c.spans, c.stretch,
       j.name AS "jobName", j.deleted_at IS NOT NULL AS "isDeleted", h.name AS "hostName", h.state AS "hostState",
       a.state AS assignment, ${ms('a.updated_at')} AS "assignmentMs", s.gateway_id IS NOT NULL AS "isConnected",
       ${ms('s.connected_at')} AS "connectedMs", ${ms('s.last_seen_at')} AS "lastSeenMs",
       coalesce(s.spool_waiting, 0) AS waiting, s.clock_ahead_ms::float8 AS "clockAheadMs"
     FROM (SELECT * FROM expected_cursor WHERE check_at <= $1 ORDER BY check_at LIMIT $2 FOR UPDATE SKIP LOCKED) c
       JOIN assignment a ON a.host_id = c.host_id AND a.job_id = c.job_id
       JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
       LEFT JOIN agent_session s ON s.host_id = c.host_id`,
    [new Date(nowMs), limit],
  );
  return result.rows;
}

export interface StartedRun {
  readonly scheduledForMs: number | null;
  readonly startedMs: number;
  readonly state: RunState;
  readonly attempts: number;
}

export interface RunRange {
  readonly hostId: string;
  readonly jobId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Runs that began in these times, in one statement; the bounds of all let Postgres leave out other days at once. */
export async function readStartedRuns(
  client: pg.PoolClient,
  ranges: readonly RunRange[],
): Promise<Map<string, StartedRun[]>> {
  const runs = new Map<string, StartedRun[]>();
  if (ranges.length === 0) return runs;
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (range: RunRange) => range.hostId],
      job_id: ['uuid', (range) => range.jobId],
      from_at: ['timestamptz', (range) => new Date(range.fromMs)],
      to_at: ['timestamptz', (range) => new Date(range.toMs)],
    },
    ranges,
    3,
  );
  const result = await client.query<StartedRun & { hostId: string; jobId: string }>(
    `SELECT x.host_id AS "hostId", x.job_id AS "jobId", ${ms('r.scheduled_for')} AS "scheduledForMs",
       ${ms('r.started_at')} AS "startedMs", r.state, r.attempts
     FROM ${batch.sql} CROSS JOIN LATERAL (
       SELECT scheduled_for, started_at, state, attempts FROM run
       WHERE host_id = x.host_id AND job_id = x.job_id AND id >= uuid_at(x.from_at) AND id < uuid_at(x.to_at)
         AND id >= uuid_at($1) AND id < uuid_at($2)) r`,
    [
      new Date(Math.min(...ranges.map(({ fromMs }) => fromMs))),
      new Date(Math.max(...ranges.map(({ toMs }) => toMs))),
      ...batch.values,
    ],
  );
  for (const { hostId, jobId, ...run } of result.rows) {
    const key = `${hostId}/${jobId}`;
    const found = runs.get(key);
    if (found) found.push(run);
    else runs.set(key, [run]);
  }
  return runs;
}

type StoredVersion = WhyVersion & { readonly overrides: readonly HostOverride[] | null };
const versionsKept = 5_000;

/** Versions of jobs never change: each is read once. */
export class KnownVersions {
  private readonly known = new Map<string, StoredVersion>();

  async load(client: pg.PoolClient, wanted: Iterable<{ jobId: string; version: number }>): Promise<void> {
    const missing = new Map<string, { jobId: string; version: number }>();
    for (const one of wanted) {
      const key = `${one.jobId}/${one.version}`;
      if (!this.known.has(key)) missing.set(key, one);
    }
    if (missing.size === 0) return;
    if (this.known.size > versionsKept) this.known.clear();
    const batch = unnest(
      'x',
      { job_id: ['uuid', (one: { jobId: string }) => one.jobId], version: ['int', (one) => one.version] },
      [...missing.values()],
    );
    const result = await client.query<StoredVersion & { jobId: string }>(
      `SELECT v.job_id AS "jobId", v.version, ${ms('v.created_at')} AS "createdMs", v.spec->'schedule' AS schedule,
         v.spec->'overrides' AS overrides, coalesce((v.spec->>'enabled')::bool, true) AS enabled,
         coalesce(v.spec->>'onMissed', 'skip') AS "onMissed"
       FROM job_version v JOIN ${batch.sql} ON v.job_id = x.job_id AND v.version = x.version`,
      batch.values,
    );
    for (const { jobId, ...version } of result.rows) this.known.set(`${jobId}/${version.version}`, version);
  }

  /** As it is on a host; undefined for one that is not stored. */
  on(hostName: string, jobId: string, version: number): WhyVersion | undefined {
    const found = this.known.get(`${jobId}/${version}`);
    if (!found) return undefined;
    const { overrides, ...everywhere } = found;
    const own = overrideOf(overrides ?? [], hostName);
    if (!own) return everywhere;
    return {
      ...everywhere,
      schedule: own.schedule ?? everywhere.schedule,
      enabled: own.enabled ?? everywhere.enabled,
      onMissed: own.onMissed ?? everywhere.onMissed,
    };
  }

  spansOf({ spans, jobId, hostName }: Pick<CursorRow, 'spans' | 'jobId' | 'hostName'>): ExpectedSpan[] {
    return spans.flatMap(({ version: number, timezone, fromMs }) => {
      const version = this.on(hostName, jobId, number);
      return version ? [{ version, timezone: zoneOf(timezone), fromMs }] : [];
    });
  }
}

/** What a host calls its zone may be unknown here. */
export function zoneOf(timezone: string): string {
  return isTimeZone(timezone) ? timezone : 'UTC';
}
