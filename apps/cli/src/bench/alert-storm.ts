import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { StackDatabase } from '@carillon/stack/stack-database';

/** What became of one job that failed on very many hosts in the same moment. */
export interface AlertStormFigures {
  readonly failures: number;
  /** Until each failure is in its alert, and the alert in its incident. */
  readonly seconds: number;
  readonly alerts: number;
  readonly incidents: number;
  readonly notices: number;
  readonly serverCpuMsPerFailure: number | null;
}

const limitMs = 60_000;
const lookMs = 50;

/**
 * Failures of one job on hosts of their own, committed in one transaction with the signals that the ingest would have
 * left.
 * @param nudge lets the server notice, as one more result would
 */
export async function alertStorm(
  database: StackDatabase,
  { jobId, policy, failures }: { readonly jobId: string; readonly policy: string; readonly failures: number },
  nudge: () => Promise<unknown>,
  cpuMs: () => number | undefined,
): Promise<AlertStormFigures> {
  await addHosts(database, failures);
  const cpuBefore = cpuMs();
  const startedMs = performance.now();
  await failEverywhere(database, jobId);
  await nudge();
  const found = await settled(database, policy, failures);
  const used = cpuMs();
  return {
    failures,
    seconds: (performance.now() - startedMs) / 1_000,
    ...found,
    serverCpuMsPerFailure: used === undefined || cpuBefore === undefined ? null : (used - cpuBefore) / failures,
  };
}

async function addHosts(database: StackDatabase, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => makeUuid7(Date.now(), randomBytes(10)));
  await database.rows(
    `INSERT INTO host (id, name, name_key, labels, timezone, os, agent_version, scheduler, fingerprint, public_key, desired_hash)
     SELECT id, 'storm-' || n, 'storm-' || n, '{"env":"storm"}', 'UTC', 'Windows', '0', 'memory', 'f' || n, 'k', repeat('0', 64)
     FROM unnest($1::uuid[]) WITH ORDINALITY AS x(id, n)`,
    [ids],
  );
}

async function failEverywhere(database: StackDatabase, jobId: string): Promise<void> {
  const hosts = await database.rows<{ id: string }>(`SELECT id FROM host WHERE name_key LIKE 'storm-%'`);
  const runs = hosts.map(() => makeUuid7(Date.now(), randomBytes(10)));
  await database.rows(
    `WITH x AS (SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS x(id, host_id)), written AS (
       INSERT INTO run (id, job_id, host_id, job_version, state, trigger, scheduled_for, started_at, finished_at, duration_ms, exit_code)
       SELECT id, $1, host_id, 1, 'failed', 'schedule', now(), now(), now(), 1, 1 FROM x RETURNING id, host_id)
     INSERT INTO alert_signal (kind, job_id, host_id, run_id) SELECT 'run', $1, host_id, id FROM written`,
    [jobId, runs, hosts.map(({ id }) => id)],
  );
}

async function settled(database: StackDatabase, policy: string, failures: number) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const [row] = await database.rows<{ alerts: number; placed: number; incidents: number; notices: number }>(
      `SELECT count(*)::int AS alerts, count(incident_id)::int AS placed,
         (SELECT count(*)::int FROM incident i WHERE i.policy = $1) AS incidents,
         (SELECT count(*)::int FROM notice n JOIN incident i ON i.id = n.incident_id WHERE i.policy = $1) AS notices
       FROM alert WHERE policy = $1 AND state = 'firing'`,
      [policy],
    );
    const { placed = 0, ...found } = row ?? { alerts: 0, incidents: 0, notices: 0 };
    // A build without incidents has alerts that belong nowhere.
    if (found.alerts >= failures && (placed >= failures || found.incidents === 0)) return found;
    if (Date.now() > deadline) throw new Error(`${found.alerts} of ${failures} alerts after ${limitMs / 1_000} s`);
    await wait(lookMs);
  }
}
