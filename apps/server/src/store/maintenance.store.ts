import { limits } from '@carillon/contract/limits';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { JobName } from '../queue/job-queue.js';
import { auditTurn } from './alert-audit.js';
import { endpointTurn } from './alert-endpoints.js';
import { type AlertRetention, pruneAlerts } from './alert-retention.js';
import { Database } from './database.store.js';
import { ExpectedRuns } from './expected-run.store.js';
import { HostWatch } from './host-watch.store.js';
import { pruneIdempotencyKeys } from './idempotency-key.store.js';
import { poolTransaction } from './pool-transaction.js';
import { pruneRateBuckets } from './rate-bucket.store.js';
import { endRunsOfRetired } from './retired-runs.js';
import { countedMinutes } from './run-hours.js';
import { pruneSubscriptionDeliveries } from './subscription-delivery.store.js';

/** `busy`: another server does the same work at this moment, which is as good. */
export type MaintenanceResult = { readonly kind: 'done'; readonly changed: number } | { readonly kind: 'busy' };

type Work = (client: pg.PoolClient) => Promise<number>;

/** An agent that took a command says so at once; this long after the command's end nothing more is on its way. */
const commandAnswerMs = 60_000;
/** One that was accepted has its outcome within a minute or so; a disk that was restored meanwhile knows of neither. */
const commandOutcomeMs = 10 * 60_000;
const pruneRows = 20_000;
/**
 * A day longer than agents keep what was acked, so that a repeat is known as one, and a restored disk as such. An event
 * that comes again later still is taken as new, which changes nothing: what is stored says as much already.
 */
const eventKeyDays = limits.spoolKeptAgeMs / 86_400_000 + 1;

/** How long things are kept, in days. */
export type Retention = OutputRetention & AlertRetention & CommandRetention;
type OutputRetention = Pick<Config, 'keepRunsDays' | 'keepOutputDays' | 'archive'>;
type CommandRetention = Pick<Config, 'keepCommandsDays' | 'keepRunsDays'>;

/** Work that keeps tables right and small. Every piece may run twice, late, or on several servers. */
@Injectable()
export class MaintenanceStore {
  private readonly expectedRuns = new ExpectedRuns();
  private readonly hostWatch = new HostWatch();
  private readonly work: Record<JobName, Work> = {
    partitions: (client) => tendPartitions(client, this.config),
    'commands.expire': expireCommands,
    'sessions.sweep': async (client) => (await sweepSessions(client)) + (await endRunsOfRetired(client)),
    'pauses.end': endPauses,
    'missed.judge': (client) => this.expectedRuns.turn(client, Date.now()),
    'hosts.watch': (client) => this.hostWatch.turn(client, Date.now()),
    'alerts.audit': async (client) => (await auditTurn(client, Date.now())) + (await endpointTurn(client, Date.now())),
    'events.prune': pruneEventKeys,
    'credentials.prune': pruneCredentials,
    'commands.prune': (client) => pruneCommands(client, this.config),
    'keys.prune': pruneIdempotencyKeys,
    'deliveries.prune': (client) => pruneSubscriptionDeliveries(client),
    'alerts.prune': (client) => pruneAlerts(client, this.config),
  };

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Retention,
  ) {}

  run(name: JobName): Promise<MaintenanceResult> {
    return poolTransaction(this.database.pool, async (client) => {
      const lock = await client.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS got', [
        `carillon.maintenance.${name}`,
      ]);
      if (!lock.rows[0]?.got) return { kind: 'busy' };
      return { kind: 'done', changed: await this.work[name](client) };
    });
  }
}

/** Hosts end a pause by themselves, and see to what fell into it; only when that is done it goes from what they should have. */
async function endPauses(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `WITH over AS (UPDATE host_pause SET ended_at = until_at WHERE ended_at IS NULL AND until_at < now() - interval '1 hour' RETURNING host_id)
     SELECT host_id FROM over`,
  );
  const hosts = result.rows.map(({ host_id }: { host_id: string }) => host_id);
  if (hosts.length > 0)
    await client.query(
      'UPDATE host SET desired_rev = desired_rev + 1, desired_hash = desired_hash_of(id) WHERE id = ANY($1::uuid[])',
      [hosts],
    );
  return hosts.length;
}

/** @returns how many were made and dropped */
async function tendPartitions(
  client: pg.PoolClient,
  { keepRunsDays, keepOutputDays, archive }: OutputRetention,
): Promise<number> {
  const runsBefore = `now() - ${keepRunsDays} * interval '1 day'`;
  // A run that is gone takes its output with it. What is to be archived is not dropped for a store that is away: it goes
  // when it has moved.
  const outputDays = archive ? keepRunsDays : Math.min(keepRunsDays, keepOutputDays);
  const outputBefore = `now() - ${outputDays} * interval '1 day'`;
  const result = await client.query<{ changed: number }>(
    `SELECT ensure_partitions(current_date - ${Math.min(8, keepRunsDays, keepOutputDays) - 1}, current_date + 8)
       + drop_partitions('run', ${runsBefore}) + drop_partitions('run_output', ${outputBefore}) AS changed`,
  );
  // What came too late for a partition of its day.
  await client.query(`DELETE FROM run_bad WHERE id < uuid_at(${runsBefore})`);
  await client.query(`DELETE FROM run_default WHERE id < uuid_at(${runsBefore})`);
  await client.query(`DELETE FROM run_output_default WHERE run_id < uuid_at(${outputBefore})`);
  const hour = `run_hour_of(uuid_at(now() - ${limits.keepHoursDays} * interval '1 day'))`;
  await client.query(`DELETE FROM run_hour WHERE hour < ${hour}`);
  await client.query(`DELETE FROM run_job_hour WHERE hour < ${hour}`);
  await client.query(`DELETE FROM run_fleet_hour WHERE hour < ${hour}`);
  // While servers of two versions run side by side, the older ones count by job only.
  await client.query(`SELECT mend_fleet_hours(run_hour_of(uuid_at(now() - interval '1 day')))`);
  await client.query(
    `DELETE FROM run_minute WHERE minute < run_minute_of(uuid_at(now() - ${2 * countedMinutes} * interval '1 minute'))`,
  );
  return result.rows[0]?.changed ?? 0;
}

/**
 * A queued command was never handed out: it did not run. One that was handed out and never answered, or was accepted and
 * never came to an end, may have run, so it is not called expired. What the agent says later still counts.
 */
async function expireCommands(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `UPDATE command SET
       state = CASE state WHEN 'queued' THEN 'expired'::command_state ELSE 'indeterminate'::command_state END,
       code = CASE state WHEN 'queued' THEN 'not_delivered' ELSE 'no_answer' END, updated_at = now()
     WHERE (state = 'queued' AND expires_at < now())
        OR (state = 'delivered' AND expires_at < now() - $1 * interval '1 millisecond')
        OR (state = 'accepted' AND expires_at < now() - $2 * interval '1 millisecond')`,
    [commandAnswerMs, commandOutcomeMs],
  );
  await client.query(
    `UPDATE command SET answer = NULL WHERE answer IS NOT NULL AND created_at < now() - $1 * interval '1 day'`,
    [limits.keepAnswersDays],
  );
  return result.rowCount ?? 0;
}

/**
 * Forgets commands that are over. One that a run came of, or that ended one, stays as long as the run, whose id begins with
 * its time; who ordered what stands in the audit for ever. A host that tells of one later still changes nothing: its run
 * says as much.
 */
async function pruneCommands(
  client: pg.PoolClient,
  { keepCommandsDays, keepRunsDays }: CommandRetention,
): Promise<number> {
  const result = await client.query(
    `DELETE FROM command WHERE ctid IN (
       SELECT c.ctid FROM command c WHERE c.created_at < now() - $2 * interval '1 day'
         AND c.state IN ('done', 'rejected', 'expired', 'indeterminate')
         AND (c.run_id IS NULL OR c.run_id < uuid_at(now() - $3 * interval '1 day')) LIMIT $1)`,
    [pruneRows, keepCommandsDays, keepRunsDays],
  );
  return result.rowCount ?? 0;
}

async function sweepSessions(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `UPDATE agent_session SET gateway_id = NULL
     WHERE gateway_id IS NOT NULL AND (last_seen_at IS NULL OR last_seen_at < now() - $1 * interval '1 millisecond')`,
    [limits.silenceMs],
  );
  return result.rowCount ?? 0;
}

async function pruneEventKeys(client: pg.PoolClient): Promise<number> {
  await client.query(`DELETE FROM task_change WHERE noticed_at < now() - interval '180 days'`);
  await client.query(`DELETE FROM start_failure WHERE failed_at < now() - interval '180 days'`);
  await client.query(`DELETE FROM host_absence WHERE to_at < now() - interval '180 days'`);
  await client.query(`DELETE FROM missed_run WHERE decided_at < now() - interval '180 days'`);
  // Whoever sends a webhook again does so within hours.
  await client.query(`DELETE FROM ticket_delivery WHERE received_at < now() - interval '7 days'`);
  await pruneRateBuckets(client);
  await client.query(`DELETE FROM host_boot WHERE booted_at < now() - interval '180 days'`);
  const result = await client.query(
    `DELETE FROM agent_event_batch WHERE ctid IN (
       SELECT b.ctid FROM agent_event_batch b WHERE b.received_at < now() - $2 * interval '1 day' LIMIT $1)`,
    [pruneRows, eventKeyDays],
  );
  return result.rowCount ?? 0;
}

/** Sign-ins that failed so long ago that nothing is left of them, and secrets whose time is over. */
async function pruneCredentials(client: pg.PoolClient): Promise<number> {
  await client.query(`DELETE FROM sign_in_failure WHERE at < now() - interval '1 day'`);
  await client.query('DELETE FROM oidc_sign_in WHERE expires_at < now()');
  // Expired API tokens stay a while, so that "why was I signed out" has an answer.
  const result = await client.query(
    `DELETE FROM credential WHERE expires_at < now() - CASE kind WHEN 'token' THEN interval '90 days' WHEN 'live' THEN interval '1 hour' ELSE interval '1 day' END`,
  );
  return result.rowCount ?? 0;
}
