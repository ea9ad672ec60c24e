import { randomBytes } from 'node:crypto';
import type { AlertTransition } from '@carillon/core/alert/alert';
import { type Evaluation, Evaluator } from '@carillon/core/alert/evaluate/evaluate';
import { PoliciesOf } from '@carillon/core/alert/evaluate/policies-of';
import type { AlertRow, World } from '@carillon/core/alert/evaluate/world';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { AlertArming } from './alert-arming.js';
import { AlertDocumentStore } from './alert-document.store.js';
import {
  allHosts,
  asksForOutput,
  type Pair,
  packSeries,
  policyNow,
  readHosts,
  readJobs,
  readOutputs,
  readSeries,
  readSignals,
  type SignalRow,
  signalOf,
  signalsPerTurn,
} from './alert-facts.js';
import { AlertHostSweep } from './alert-host-sweep.js';
import { logDecisions } from './alert-log.js';
import { readDueAlerts, readOpenAlerts, writeAlerts } from './alert-rows.js';
import type { Client } from './pool-transaction.js';

/** What an evaluation did. */
export interface EvaluatedTurn {
  /** Some policy looks at runs. */
  readonly watching: boolean;
  readonly signals: number;
  readonly transitions: readonly AlertTransition[];
  readonly more: boolean;
}

const alertsPerTurn = 1_000;
/** The end of an output comes within seconds of the run's; after this it is judged without. */
const outputPatienceMs = 30_000;
const outputLookMs = 1_000;

/** Reads what a turn of the engine has to decide, lets core decide it, and writes what follows. */
@Injectable()
export class AlertEvaluationStore {
  private readonly arming = new AlertArming();
  private readonly hosts = new AlertHostSweep();
  /** Reading a thousand policies costs more than asking them. */
  private known: { readonly edition: string; readonly policies: PoliciesOf } | undefined;

  constructor(@Inject(AlertDocumentStore) private readonly documents: AlertDocumentStore) {}

  /** When the next thing is due though nothing happens; null: nothing is. */
  async nextDueMs(client: pg.Pool): Promise<number | null> {
    const result = await client.query<{ at: Date | null }>(
      `SELECT least((SELECT min(wake_at) FROM alert), (SELECT min(wake_at) FROM incident), (SELECT min(not_before) FROM alert_signal)) AS at`,
    );
    return result.rows[0]?.at?.getTime() ?? null;
  }

  /** A turn begins, here or elsewhere. */
  note(nowMs: number): void {
    this.hosts.note(nowMs);
  }

  /** One batch, in the caller's transaction. */
  async evaluate(client: Client, nowMs: number): Promise<EvaluatedTurn> {
    const { watching, waiting, due, edition } = await lookAround(client, nowMs);
    const isTimeToArm = this.arming.isDue(nowMs);
    const policies = await this.policies(edition);
    const seen = await this.hosts.find(client, policies, nowMs);
    if (!waiting && !due && !isTimeToArm && seen.length === 0)
      return { watching, signals: 0, transitions: [], more: false };
    const rows = waiting ? await readSignals(client, nowMs) : [];
    const dueAlerts = due ? await readDueAlerts(client, nowMs, alertsPerTurn) : [];
    const toArm = isTimeToArm ? await this.arming.find(client, policies.policies, nowMs) : [];
    const read = await readWorld(client, policies, rows, [...dueAlerts, ...toArm, ...seen], nowMs);
    const { postponed } = read;
    const evaluator = new Evaluator(read.world);
    const later = new Set(postponed);
    for (const row of rows) {
      if (!later.has(row.id)) takeSafely(evaluator, row);
    }
    for (const signal of seen) evaluator.signal(signal);
    for (const { policy, jobId, hostId, lastSuccessMs } of toArm) evaluator.arm(policy, jobId, hostId, lastSuccessMs);
    for (const row of dueAlerts) evaluator.wake(row);
    const result = evaluator.result();
    await write(client, read, result, nowMs);
    await settle(client, rows, postponed, nowMs);
    const more = rows.length === signalsPerTurn || dueAlerts.length === alertsPerTurn;
    return { watching, signals: rows.length, transitions: result.transitions, more };
  }

  private async policies(edition: string): Promise<PoliciesOf> {
    if (this.known?.edition === edition) return this.known.policies;
    const stored = await this.documents.all('AlertPolicy');
    this.known = { edition, policies: new PoliciesOf([...stored.map(policyNow), selfWatch.policy]) };
    return this.known.policies;
  }
}

const logger = new Logger('Alert evaluation');

/** One signal that cannot be understood must not hold up all others for ever. */
function takeSafely(evaluator: Evaluator, row: SignalRow): void {
  try {
    const signal = signalOf(row);
    if (signal) evaluator.signal(signal);
  } catch (error) {
    logger.error(
      `signal ${row.id} (${row.kind}) is left out: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface Look {
  readonly watching: boolean;
  readonly waiting: boolean;
  readonly due: boolean;
  /** Another one when a policy was written or taken away. */
  readonly edition: string;
}

async function lookAround(client: pg.PoolClient, nowMs: number): Promise<Look> {
  const result = await client.query<Look>(
    `SELECT EXISTS (SELECT FROM alert_watch) AS watching, EXISTS (SELECT FROM alert_signal) AS waiting,
       EXISTS (SELECT FROM alert WHERE wake_at <= $1) AS due,
       (SELECT count(*) || ' ' || coalesce(max(updated_at)::text, '') FROM alert_document WHERE kind = 'AlertPolicy') AS edition`,
    [new Date(nowMs)],
  );
  return result.rows[0] ?? { watching: false, waiting: false, due: false, edition: '' };
}

type Concerned = AlertRow | { readonly jobId?: string | null; readonly hostId: string | null };

interface Read {
  readonly world: World;
  /** Pairs whose series has a row. */
  readonly known: ReadonlySet<string>;
  /** Signals that wait for the output of their runs. */
  readonly postponed: readonly string[];
}

async function readWorld(
  client: pg.PoolClient,
  policies: PoliciesOf,
  rows: readonly SignalRow[],
  others: readonly Concerned[],
  nowMs: number,
): Promise<Read> {
  const concerned = [
    ...rows,
    ...others.map((other) => ('alert' in other ? other.alert.key : { jobId: null, ...other })),
  ];
  const pairs = pairsOf(concerned);
  const jobIds = [...new Set(concerned.flatMap(({ jobId }) => jobId ?? []))];
  const hostIds = [...new Set(concerned.flatMap(({ hostId }) => hostId ?? []))];
  const jobs = await readJobs(client, jobIds);
  if (jobIds.includes(selfWatch.job.id)) jobs.set(selfWatch.job.id, selfWatch.job);
  const aboutHosts = concerned.flatMap(({ jobId, hostId }) => (jobId === null && hostId !== null ? hostId : []));
  const hosts = await readHosts(client, hostIds, policies.ofHosts.length > 0 ? [...new Set(aboutHosts)] : []);
  if (hostIds.includes(selfWatch.host.id)) hosts.set(selfWatch.host.id, selfWatch.host);
  const { series, minutes } = await readSeries(client, pairs, jobIds);
  const hasSystem = rows.some(({ kind }) => kind === 'system');
  const alerts = await readOpenAlerts(client, pairs, hostIds, hasSystem);
  const stored = wantedOutputs(policies, rows, { jobs, hosts });
  const outputs = await readOutputs(client, stored);
  const postponed = rows.flatMap(({ id, runId, at }) =>
    runId && stored.has(runId) && !outputs.has(runId) && nowMs - at.getTime() < outputPatienceMs ? [id] : [],
  );
  const makeId = () => makeUuid7(nowMs, randomBytes(10));
  const world = { nowMs, policies, jobs, hosts, series, minutes, alerts, outputs, makeId };
  return { world, known: new Set(series.keys()), postponed };
}

function pairsOf(concerned: readonly { readonly jobId: string | null; readonly hostId: string | null }[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const { jobId, hostId } of concerned) if (jobId && hostId) pairs.set(`${jobId}/${hostId}`, { jobId, hostId });
  return [...pairs.values()];
}

/** Finished runs at whose output a policy looks, with the bytes that are to come. */
function wantedOutputs(
  policies: PoliciesOf,
  rows: readonly SignalRow[],
  { jobs, hosts }: Pick<World, 'jobs' | 'hosts'>,
) {
  const wanted = new Map<string, number>();
  if (!policies.policies.some(asksForOutput)) return wanted;
  for (const { kind, runId, run, jobId, hostId } of rows) {
    const job = jobs.get(jobId ?? '');
    const host = hosts.get(hostId ?? '');
    if (kind !== 'run' || !runId || !run || run.finishedMs === null || !job || !host) continue;
    if (policies.pair(job, host).some(asksForOutput)) wanted.set(runId, run.stored);
  }
  return wanted;
}

async function write(client: pg.PoolClient, read: Read, result: Evaluation, nowMs: number): Promise<void> {
  await writeSeries(client, read, result);
  await writeAlerts(client, result);
  await logDecisions(
    client,
    result.transitions.map(({ alert, from }) => ({
      incidentId: alert.incidentId,
      alertId: alert.id,
      at: new Date(nowMs),
      stage: 'evaluate',
      reason: {
        code: alert.state,
        text: `${from === alert.state ? `still ${alert.state}` : `${from} → ${alert.state}`}: ${alert.reason.text}`,
        figures: { ...alert.reason.figures, reason: alert.reason.code, from },
      },
    })),
  );
}

async function writeSeries(client: pg.PoolClient, { world, known }: Read, result: Evaluation): Promise<void> {
  const kept: { jobId: string; hostId: string; results: string }[] = [];
  const gone: Pair[] = [];
  for (const [pair, series] of result.series) {
    const [jobId = '', hostId = ''] = pair.split('/');
    if (series) kept.push({ jobId, hostId, results: packSeries(series) });
    else if (known.has(pair)) gone.push({ jobId, hostId });
  }
  for (const jobId of result.minutes)
    kept.push({ jobId, hostId: allHosts, results: JSON.stringify(world.minutes.get(jobId) ?? []) });
  if (kept.length > 0)
    await client.query(
      `INSERT INTO alert_series (job_id, host_id, results, updated_at)
       SELECT *, now() FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[]) AS x(job_id, host_id, results)
       ON CONFLICT (job_id, host_id) DO UPDATE SET results = excluded.results, updated_at = now()`,
      [kept.map(({ jobId }) => jobId), kept.map(({ hostId }) => hostId), kept.map(({ results }) => results)],
    );
  if (gone.length > 0)
    await client.query(
      `DELETE FROM alert_series s USING unnest($1::uuid[], $2::uuid[]) AS x(job_id, host_id)
       WHERE s.job_id = x.job_id AND s.host_id = x.host_id`,
      [gone.map(({ jobId }) => jobId), gone.map(({ hostId }) => hostId)],
    );
}

/** What was read is done with; what waits for its output is looked at again. */
async function settle(client: pg.PoolClient, rows: readonly SignalRow[], postponed: readonly string[], nowMs: number) {
  const later = new Set(postponed);
  const done = rows.filter(({ id }) => !later.has(id)).map(({ id }) => id);
  if (done.length > 0) await client.query('DELETE FROM alert_signal WHERE id = ANY($1::bigint[])', [done]);
  if (postponed.length > 0)
    await client.query('UPDATE alert_signal SET not_before = $2 WHERE id = ANY($1::bigint[])', [
      postponed,
      new Date(nowMs + outputLookMs),
    ]);
}
