import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { DrillCentre } from './drill-centre.js';
import type { CentreRun, DrillIncident, DrillOrder } from './judge-drill.js';

const mostHosts = 500;
const mostIncidents = 100;

/** What the centre has of the runs of some jobs. @throws Error while the database is away */
export async function centreRuns(centre: DrillCentre, jobs: readonly string[]): Promise<CentreRun[]> {
  const rows = await centre.rows<{
    id: string;
    host: string;
    job: string;
    state: string;
    exitCode: string | null;
    scheduledFor: Date | null;
    startedAt: Date;
    finishedAt: Date | null;
    stdoutSha256: string | null;
  }>(
    `SELECT r.id, h.name AS host, j.name AS job, r.state, r.exit_code AS "exitCode", r.scheduled_for AS "scheduledFor",
       r.started_at AS "startedAt", r.finished_at AS "finishedAt", encode(r.stdout_sha256, 'hex') AS "stdoutSha256"
     FROM run r JOIN host h ON h.id = r.host_id JOIN job j ON j.id = r.job_id WHERE j.name = ANY($1)`,
    [jobs],
  );
  return rows.map((row) => ({
    ...row,
    exitCode: row.exitCode === null ? null : Number(row.exitCode),
    scheduledFor: row.scheduledFor?.toISOString() ?? null,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }));
}

/** Orders with what became of them by now. @throws Error while the database is away */
export async function followOrders(centre: DrillCentre, orders: readonly GivenOrder[]): Promise<DrillOrder[]> {
  const ids = orders.flatMap(({ commandId }) => (commandId === null ? [] : [commandId]));
  const rows = await centre.rows<{ id: string; state: string; code: string | null; runId: string | null }>(
    'SELECT id, state, code, run_id AS "runId" FROM command WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return orders.map(({ commandId, why, ...order }) => {
    const row = rows.find(({ id }) => id === commandId);
    if (commandId === null) return { ...order, answer: { kind: 'refused', why: why ?? 'no answer' } };
    const { state, code, runId } = row ?? { state: 'unknown to the centre', code: null, runId: null };
    return { ...order, answer: { kind: 'taken', state, code, runId } };
  });
}

/** An order as the centre answered it. */
export interface GivenOrder extends Omit<DrillOrder, 'answer'> {
  /** Null where it was not taken. */
  readonly commandId: string | null;
  readonly why: string | null;
}

/** Whether every host is connected and has registered exactly what it should have, `jobs` of them; false without an answer. */
export async function isInStep(centre: DrillCentre, jobs: number): Promise<boolean> {
  const page = await centre.call(hostRoutes.list, { limit: mostHosts }).catch(() => undefined);
  const hosts = page?.items ?? [];
  return (
    hosts.length > 0 &&
    hosts.every(({ presence, inSync, assignments }) => presence === 'online' && inSync && assignments.applied === jobs)
  );
}

/** Incidents of the drill, the oldest first. */
export async function drillIncidents(centre: DrillCentre): Promise<DrillIncident[]> {
  const { items } = await centre.call(incidentRoutes.list, { limit: mostIncidents });
  return items
    .map(({ number, title, host, spread, openedAt, resolvedAt }) => ({
      ...{ number, title, openedAt, resolvedAt },
      hosts: host === null ? spread.examples : [host],
    }))
    .reverse();
}
