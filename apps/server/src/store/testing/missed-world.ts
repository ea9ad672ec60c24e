import { randomBytes, randomUUID } from 'node:crypto';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import type { Database } from '../database.store.js';
import { ExpectedRuns } from '../expected-run.store.js';
import { HostWatch } from '../host-watch.store.js';
import { poolTransaction } from '../pool-transaction.js';
import { addFleet } from './fleet.js';

const minute = 60_000;
const always = (): boolean => true;

export interface WorldHost {
  readonly name: string;
  readonly timezone?: string;
  /** Its clock is so far ahead of ours. */
  readonly aheadMs?: number;
  /** Whether its agent reaches us at a time. */
  readonly isReached?: (atMs: number) => boolean;
  readonly isOn?: (atMs: number) => boolean;
  /** Whether it starts what is due while it is on. */
  readonly isStarting?: (atMs: number) => boolean;
}

interface Waiting {
  readonly scheduledForMs: number;
  readonly startedMs: number;
}

interface Playing extends Required<WorldHost> {
  readonly id: string;
  readonly waiting: Waiting[];
  wasReached: boolean;
  wasOn: boolean;
  seenMs: number;
  bootedMs: number | null;
}

/** Hosts with one job whose time the test moves: they start what is due, and tell it when they are reached. */
export class MissedWorld {
  readonly jobId = makeUuid7(Date.now(), randomBytes(10));
  private hosts: Playing[] = [];
  private readonly runs = new ExpectedRuns();
  private readonly watch = new HostWatch();
  nowMs: number;

  constructor(
    readonly database: Database,
    private readonly schedule: Schedule,
    private readonly startMs: number,
    private readonly onMissed: 'skip' | 'run-once' = 'skip',
  ) {
    this.nowMs = startMs;
  }

  async begin(hosts: readonly WorldHost[]): Promise<void> {
    const { pool } = this.database;
    const ids = await addFleet(this.database, hosts);
    this.hosts = hosts.map((host, index) => ({
      ...{ timezone: 'UTC', aheadMs: 0, isReached: () => true, isOn: () => true, isStarting: () => true, ...host },
      ...{ id: ids[index] ?? '', waiting: [], wasReached: true, wasOn: true, seenMs: this.startMs, bootedMs: null },
    }));
    const startAt = new Date(this.startMs);
    await pool.query('UPDATE host SET enrolled_at = $2 WHERE id = ANY($1::uuid[])', [
      ids,
      new Date(this.startMs - 9 * 86_400_000),
    ]);
    await pool.query(`INSERT INTO job (id, name, name_key, current_version) VALUES ($1::uuid, $1::text, $1::text, 1)`, [
      this.jobId,
    ]);
    await pool.query(
      `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author, created_at)
       VALUES ($1, 1, $2, 's', '{}', 'm', 's', 'test', $3)`,
      [this.jobId, { schedule: this.schedule, onMissed: this.onMissed }, startAt],
    );
    await pool.query(
      `INSERT INTO assignment (host_id, job_id, version, manifest_hash, applied_version, state, updated_at)
       SELECT unnest($1::uuid[]), $2, 1, 'm', 1, 'applied', $3`,
      [ids, this.jobId, startAt],
    );
    // Made by the trigger, at the time of the test's machine.
    await pool.query(
      `UPDATE expected_cursor SET checked_to = $2, check_at = $2,
         spans = jsonb_set(spans, '{0,fromMs}', to_jsonb($3::bigint)) WHERE job_id = $1`,
      [this.jobId, startAt, this.startMs - 86_400_000],
    );
    await pool.query(
      `UPDATE agent_session SET gateway_id = $2, connected_at = $3, last_seen_at = $3 WHERE host_id = ANY($1::uuid[])`,
      [ids, randomUUID(), startAt],
    );
  }

  /** Lets time pass in steps. @param isServing whether the server works then; while it does not, nobody is heard */
  async play(
    untilMs: number,
    { stepMs = minute / 2, isServing = always }: { stepMs?: number; isServing?: (atMs: number) => boolean } = {},
  ): Promise<void> {
    while (this.nowMs < untilMs) {
      const beforeMs = this.nowMs;
      this.nowMs = Math.min(untilMs, beforeMs + stepMs);
      for (const host of this.hosts) this.start(host, beforeMs);
      if (!isServing(this.nowMs)) {
        for (const host of this.hosts) host.wasReached = false;
        continue;
      }
      for (const host of this.hosts) await this.reach(host);
      await this.turn();
    }
  }

  async turn(): Promise<void> {
    await poolTransaction(this.database.pool, (client) => this.runs.turn(client, this.nowMs));
    await poolTransaction(this.database.pool, (client) => this.watch.turn(client, this.nowMs));
  }

  /** What the host's clock brought it in this step. */
  private start(host: Playing, beforeMs: number): void {
    const isOn = host.isOn(this.nowMs);
    if (isOn && !host.wasOn) host.bootedMs = this.nowMs;
    host.wasOn = isOn;
    const range = { fromMs: beforeMs + host.aheadMs, untilMs: this.nowMs + host.aheadMs };
    const spread = { hostTimezone: host.timezone, ...spreadKeyOf(host.id, this.jobId) };
    for (const { atMs } of scheduleOccurrences(this.schedule, { ...range, ...spread }))
      if (host.isOn(atMs - host.aheadMs) && host.isStarting(atMs))
        host.waiting.push({ scheduledForMs: atMs, startedMs: atMs + 800 });
  }

  /** It is back, or still there: it tells what waited, a step after it has said that something does. */
  private async reach(host: Playing): Promise<void> {
    const { pool } = this.database;
    const isReached = host.isReached(this.nowMs) && host.isOn(this.nowMs);
    const isBack = isReached && !host.wasReached;
    if (!isReached) {
      if (host.wasReached) await pool.query('UPDATE agent_session SET gateway_id = NULL WHERE host_id = $1', [host.id]);
      host.wasReached = false;
      return;
    }
    const nowAt = new Date(this.nowMs);
    if (isBack && this.nowMs - host.seenMs > 175_000)
      await pool.query('INSERT INTO host_absence (host_id, from_at, to_at) VALUES ($1, $2, $3)', [
        host.id,
        new Date(host.seenMs),
        nowAt,
      ]);
    if (host.bootedMs !== null)
      await pool.query('INSERT INTO host_boot (host_id, booted_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        host.id,
        new Date(host.bootedMs),
      ]);
    if (!isBack) for (const run of host.waiting.splice(0)) await this.addRun(host.id, run);
    host.wasReached = true;
    host.seenMs = this.nowMs;
    await pool.query(
      `UPDATE agent_session SET gateway_id = $2, last_seen_at = $3, spool_waiting = $4, clock_ahead_ms = $5,
         connected_at = CASE WHEN $6 THEN $3 ELSE connected_at END WHERE host_id = $1`,
      [host.id, randomUUID(), nowAt, host.waiting.length, host.aheadMs, isBack],
    );
  }

  async addRun(hostId: string, { scheduledForMs, startedMs }: Waiting, state = 'succeeded'): Promise<string> {
    const id = makeUuid7(startedMs, randomBytes(10));
    await this.database.pool.query(
      `INSERT INTO run (id, job_id, job_version, host_id, state, trigger, scheduled_for, started_at)
       VALUES ($1, $2, 1, $3, $4::run_state, 'schedule', $5, $6)`,
      [id, this.jobId, hostId, state, new Date(scheduledForMs), new Date(startedMs)],
    );
    return id;
  }

  hostId(name: string): string {
    return this.hosts.find((host) => host.name === name)?.id ?? '';
  }

  async missed(): Promise<MissedLine[]> {
    const result = await this.database.pool.query<MissedLine>(
      `SELECT h.name AS host, m.verdict, m.cause, m.occurrences, m.amended_verdict AS amended,
         m.amended_cause AS "amendedCause", m.scheduled_for AS "scheduledFor", m.decided_at AS "decidedAt", m.run_id AS "runId"
       FROM missed_run m JOIN host h ON h.id = m.host_id WHERE m.job_id = $1 ORDER BY m.id`,
      [this.jobId],
    );
    return result.rows;
  }

  /** Those written since the last time, as words. */
  async signals(): Promise<string[]> {
    const result = await this.database.pool.query<{ text: string }>(
      `WITH gone AS (DELETE FROM alert_signal RETURNING *)
       SELECT kind || ' ' || coalesce(data->>'verdict', data->>'what') || coalesce(' ' || (data->>'cause'), '') AS text
       FROM gone ORDER BY id`,
    );
    return result.rows.map(({ text }) => text);
  }
}

interface MissedLine {
  readonly host: string;
  readonly verdict: string;
  readonly cause: string;
  readonly occurrences: number;
  readonly amended: string | null;
  readonly amendedCause: string | null;
  readonly scheduledFor: Date;
  readonly decidedAt: Date;
  readonly runId: string | null;
}
