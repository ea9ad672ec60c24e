import { setTimeout as wait } from 'node:timers/promises';
import type { StackDatabase } from '@carillon/stack/stack-database';
import type { AlertSink } from './alert-sink.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

/** From the commit of a failure until something is to be seen, in milliseconds; null: it never was. */
export interface ProbeFigures {
  readonly probes: number;
  /** From the moment when its host tells of it until the commit. */
  readonly ingestMs: Quantiles;
  readonly alertMs: Quantiles | null;
  readonly noticeMs: Quantiles | null;
  /** The first message at the webhook that speaks of it. */
  readonly sinkMs: Quantiles;
}

interface Probe {
  readonly runId: string;
  readonly sentMs: number;
  alertMs?: number;
  noticeMs?: number;
}

const lookMs = 10;
const patienceMs = 8_000;
/** The last messages may still be on their way when all notices are written. */
const sinkPatienceMs = 60_000;

/**
 * Lets one job after the other fail, and looks until people know of it.
 * @param committed when each failure was committed, as it becomes known
 * @throws Error when not all of them were told
 */
export async function probeAlerts(
  database: StackDatabase,
  { sink, committed }: { readonly sink: AlertSink; readonly committed: ReadonlyMap<string, number> },
  jobIds: readonly string[],
  everyMs: number,
  fail: (jobId: string) => Promise<{ readonly runId: string; readonly atMs: number }>,
): Promise<ProbeFigures> {
  const probes: Probe[] = [];
  let sending = true;
  const watching = watch(database, probes, () => sending);
  const startedMs = Date.now();
  for (const [index, jobId] of jobIds.entries()) {
    await wait(Math.max(0, startedMs + index * everyMs - Date.now()));
    const { runId, atMs } = await fail(jobId);
    probes.push({ runId, sentMs: atMs });
  }
  sending = false;
  await watching;
  await sink.allHeard(
    probes.map(({ runId }) => runId),
    sinkPatienceMs,
  );
  const committedMs = ({ runId }: Probe) => committed.get(runId) ?? Number.NaN;
  return {
    probes: probes.length,
    ingestMs: quantilesOf(probes.map((probe) => committedMs(probe) - probe.sentMs)),
    alertMs: figureOf(probes, (probe) => probe.alertMs && probe.alertMs - committedMs(probe)),
    noticeMs: figureOf(probes, (probe) => probe.noticeMs && probe.noticeMs - committedMs(probe)),
    sinkMs: quantilesOf(probes.map((probe) => (sink.firstMs(probe.runId) ?? Number.NaN) - committedMs(probe))),
  };
}

/** Looks until all was seen, or nothing new is to be expected. */
async function watch(database: StackDatabase, probes: readonly Probe[], isSending: () => boolean): Promise<void> {
  let lastMs = Date.now();
  const isOpen = () => isSending() || probes.some(({ noticeMs }) => noticeMs === undefined);
  while (isOpen() && (isSending() || Date.now() - lastMs < patienceMs)) {
    const waiting = new Map(
      probes.filter(({ noticeMs }) => noticeMs === undefined).map((probe) => [probe.runId, probe]),
    );
    const rows = await database.rows<{ runId: string; told: boolean }>(
      `SELECT a.run_id AS "runId", EXISTS (SELECT FROM notice n WHERE n.incident_id = a.incident_id) AS told
       FROM alert a WHERE a.run_id = ANY($1::uuid[]) AND a.policy LIKE 'probe-%' AND a.state NOT IN ('ok', 'resolved')`,
      [[...waiting.keys()]],
    );
    const nowMs = Date.now();
    for (const { runId, told } of rows) {
      const probe = waiting.get(runId);
      if (!probe) continue;
      if (probe.alertMs === undefined || told) lastMs = nowMs;
      probe.alertMs ??= nowMs;
      if (told) probe.noticeMs = nowMs;
    }
    await wait(lookMs);
  }
}

/** @returns null unless it was seen of all */
function figureOf(probes: readonly Probe[], read: (probe: Probe) => number | undefined): Quantiles | null {
  const times = probes.flatMap((probe) => read(probe) ?? []);
  return times.length === probes.length ? quantilesOf(times) : null;
}
