import type { runSummary } from '@carillon/contract/http/runs.routes';
import { readRunDetail } from '@carillon/core/run/detail-texts';
import type { z } from 'zod';
import type { RunSummaryRow } from '../store/run.store.js';

/** A run as lists show it. */
export function runSummaryView(row: RunSummaryRow): z.infer<typeof runSummary> {
  const { id, job, jobVersion, host, timezone, state, reason, detail, trigger, durationMs, exitCode } = row;
  const says = detail === null ? null : readRunDetail(detail);
  return {
    id,
    job,
    jobVersion,
    host,
    timezone,
    state,
    reason,
    detail,
    ...(says ? { detailSays: { ...says } } : {}),
    trigger,
    scheduledFor: row.scheduledFor?.toISOString() ?? null,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    durationMs,
    exitCode,
  };
}
