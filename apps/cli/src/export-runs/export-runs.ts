import { ApiFailure } from '@carillon/contract/http/client';
import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { isRunUnderWay } from '@carillon/core/state/states';
import type { Session } from '../lib/session.js';
import type { Bookmark } from './bookmark.js';
import { type ClickHouseRow, rowOfRun } from './clickhouse-table.js';

type RunSummary = Response<typeof runRoutes.list>['items'][number];

const hourMs = 3_600_000;
const pageItems = 500;

export interface ExportOptions {
  /** From where on where there is no bookmark. */
  readonly sinceMs: number;
  /** How far before the bookmark runs are looked at again: hosts that were away tell late. */
  readonly overlapMs: number;
  readonly insert: (rows: readonly ClickHouseRow[]) => Promise<void>;
  readonly keep: (bookmark: Bookmark) => void;
}

/**
 * Hands over runs that are over, hour by hour of their start, and then those that were under way the last time. The
 * bookmark moves only after what lies before it was stored, so that an export that broke off begins there again; what it
 * hands over twice has the same key.
 * @returns how many rows were handed over
 */
export async function exportRuns(session: Session, bookmark: Bookmark | null, options: ExportOptions): Promise<number> {
  const nowMs = session.io.now();
  const known = bookmark ? Date.parse(bookmark.until) : 0;
  const fromMs = Math.floor((bookmark ? known - options.overlapMs : options.sinceMs) / hourMs) * hourMs;
  const open = new Set(bookmark?.open);
  let count = 0;
  const store = async (runs: readonly RunSummary[], untilMs: number) => {
    const rows = runs.filter(({ state }) => !isRunUnderWay(state)).map((run) => rowOfRun(run, nowMs));
    if (rows.length > 0) await options.insert(rows);
    count += rows.length;
    for (const { id, state } of runs)
      if (isRunUnderWay(state)) open.add(id);
      else open.delete(id);
    options.keep({ until: new Date(Math.max(known, untilMs)).toISOString(), open: [...open] });
  };
  for (let startMs = fromMs; startMs < nowMs; startMs += hourMs) {
    const untilMs = Math.min(startMs + hourMs, nowMs);
    await store(await runsBetween(session, startMs, untilMs), untilMs);
  }
  // Those of the hours above are known to be under way still.
  for (const id of bookmark?.open ?? []) {
    if (!open.has(id)) continue;
    const run = await runById(session, id);
    if (!run) open.delete(id);
    await store(run ? [run] : [], nowMs);
  }
  return count;
}

async function runsBetween(session: Session, sinceMs: number, untilMs: number): Promise<RunSummary[]> {
  const range = { since: new Date(sinceMs).toISOString(), until: new Date(untilMs).toISOString(), limit: pageItems };
  const runs: RunSummary[] = [];
  for (let cursor: string | undefined; ; ) {
    const page: Response<typeof runRoutes.list> = await session.call(runRoutes.list, { ...range, cursor });
    runs.push(...page.items);
    if (page.next === null) return runs;
    cursor = page.next;
  }
}

/** Null for one that is not kept any more. */
async function runById(session: Session, id: string): Promise<RunSummary | null> {
  try {
    return await session.call(runRoutes.get, { id });
  } catch (error) {
    if (error instanceof ApiFailure && error.body.code === 'not_found') return null;
    throw error;
  }
}
