import { expectedFires } from '@carillon/core/alert/missed/expected-fires';
import { firesPerLook } from '@carillon/core/alert/missed/judge-cursor';
import { type JudgedFire, judgeExpected } from '@carillon/core/alert/missed/judge-expected';
import { recheckAfterMs } from '@carillon/core/alert/missed/missed-rules';
import { spreadKeyOf, taskPathOf } from '@carillon/core/job/task-for-job';
import type { WhyFacts } from '@carillon/core/why/why-facts';
import type pg from 'pg';
import type { KnownVersions } from './expected-run-rows.js';
import { signalMissed } from './missed-run-writes.js';
import { readWhyFacts } from './why-facts.js';

const rowsPerTurn = 100;
const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

interface MissedRow {
  readonly id: string;
  readonly hostId: string;
  readonly jobId: string;
  readonly hostName: string;
  readonly jobName: string;
  readonly version: number;
  readonly timezone: string;
  readonly scheduledForMs: number;
  readonly lastForMs: number;
  readonly cause: string;
  readonly decidedMs: number;
  readonly rechecks: number;
  readonly connectedMs: number | null;
  readonly clockAheadMs: number | null;
}

/** Runs that were called missed, and of which something has come since, are amended; what was said first stays. */
export async function recheckMissed(
  client: pg.PoolClient,
  versions: KnownVersions,
  { nowMs, steadySinceMs }: { nowMs: number; steadySinceMs: number },
): Promise<void> {
  const rows = await takeDue(client, nowMs);
  await versions.load(client, rows);
  for (const row of rows) {
    const job = { id: row.jobId, taskPath: taskPathOf(row.jobName) };
    const range = { firstMs: row.scheduledForMs, lastMs: row.lastForMs, nowMs };
    const facts = longRegistered(await readWhyFacts(client, job, row.hostId, range));
    const answer = judgeAgain(row, versions, facts, steadySinceMs);
    if (answer) await amend(client, row, answer, nowMs);
    else await postpone(client, row, nowMs);
  }
}

async function takeDue(client: pg.PoolClient, nowMs: number): Promise<MissedRow[]> {
  const result = await client.query<MissedRow>(
    `SELECT m.id, m.host_id AS "hostId", m.job_id AS "jobId", h.name AS "hostName", j.name AS "jobName", m.version, m.timezone,
       ${ms('m.scheduled_for')} AS "scheduledForMs", ${ms('m.last_for')} AS "lastForMs", m.cause,
       ${ms('m.decided_at')} AS "decidedMs", m.rechecks, ${ms('s.connected_at')} AS "connectedMs",
       s.clock_ahead_ms::float8 AS "clockAheadMs"
     FROM (SELECT * FROM missed_run WHERE recheck_at <= $1 ORDER BY recheck_at LIMIT ${rowsPerTurn} FOR UPDATE SKIP LOCKED) m
       JOIN host h ON h.id = m.host_id JOIN job j ON j.id = m.job_id LEFT JOIN agent_session s ON s.host_id = m.host_id`,
    [new Date(nowMs)],
  );
  return result.rows;
}

/** @returns null while nothing new is known of at least one of its occurrences */
function judgeAgain(
  row: MissedRow,
  versions: KnownVersions,
  facts: WhyFacts,
  steadySinceMs: number,
): JudgedFire | null {
  const version = versions.on(row.hostName, row.jobId, row.version);
  if (!version) return null;
  const { hostId, jobId, timezone, scheduledForMs, lastForMs, connectedMs, clockAheadMs } = row;
  const spreadKey = spreadKeyOf(hostId, jobId).spreadKey ?? '';
  const spans = [{ version, timezone, fromMs: Number.NEGATIVE_INFINITY }];
  const range = { afterMs: scheduledForMs - 1, untilMs: lastForMs, spreadKey, limit: firesPerLook };
  const fires = expectedFires(spans, range);
  const answers = fires.map((fire) => judgeExpected(fire, facts, { connectedMs, clockAheadMs, steadySinceMs }));
  const [first] = answers;
  if (!first) return null;
  if (answers.every(({ verdict }) => isAnswer(verdict)))
    return answers.find(({ verdict }) => verdict === 'ran_late') ?? first;
  const isOtherCause = first.verdict === 'missed' && first.cause !== row.cause && first.certainty !== 'unknown';
  return isOtherCause ? first : null;
}

function isAnswer(verdict: JudgedFire['verdict']): boolean {
  return verdict === 'ran' || verdict === 'ran_late' || verdict === 'running' || verdict === 'skipped';
}

async function amend(client: pg.PoolClient, row: MissedRow, judged: JudgedFire, nowMs: number): Promise<void> {
  const verdict = judged.verdict === 'running' ? 'ran_late' : judged.verdict;
  await client.query(
    `UPDATE missed_run SET amended_verdict = $2, amended_cause = $3, amended_text = $4, amended_run_id = $5, amended_at = $6,
       amended_figures = $7, recheck_at = NULL WHERE id = $1`,
    [row.id, verdict, judged.cause, judged.text, judged.runId, new Date(nowMs), JSON.stringify(judged.figures ?? {})],
  );
  const fire = { atMs: row.scheduledForMs };
  await signalMissed(client, [{ hostId: row.hostId, jobId: row.jobId, fire, judged: { ...judged, verdict } }]);
}

async function postpone(client: pg.PoolClient, row: MissedRow, nowMs: number): Promise<void> {
  const rechecks = row.rechecks + 1;
  const afterMs = recheckAfterMs.find((each) => row.decidedMs + each > nowMs);
  await client.query('UPDATE missed_run SET recheck_at = $2, rechecks = $3 WHERE id = $1', [
    row.id,
    afterMs === undefined ? null : new Date(row.decidedMs + afterMs),
    rechecks,
  ]);
}

/** It was registered when it was called missed; what became of the registration since is another question. */
function longRegistered(facts: WhyFacts): WhyFacts {
  const { assignment } = facts;
  if (!assignment || assignment.appliedVersion === null) return facts;
  return { ...facts, assignment: { ...assignment, state: 'applied', updatedMs: 0 } };
}
