import type { TemplateFacts } from '@carillon/core/run/template';
import { hostTimezone } from '../zones/host-timezone.js';
import type { ActionContext } from './action-context.js';

/** What placeholders of an action mean in this run; asked by hand, as if it had been planned for now. */
export function runFacts({ env, job, nowMs }: ActionContext): TemplateFacts {
  const plannedMs = Date.parse(env.CARILLON_SCHEDULED_FOR ?? '');
  return {
    job,
    runId: env.CARILLON_RUN_ID ?? 'dry-run',
    attempt: Number(env.CARILLON_ATTEMPT ?? 1),
    scheduledForMs: Number.isNaN(plannedMs) ? null : plannedMs,
    startedMs: nowMs,
    timezone: hostTimezone(env),
  };
}
