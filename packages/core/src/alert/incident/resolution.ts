import { describeDuration } from '../../job/describe-schedule.js';
import type { AlertFacts } from '../alert.js';
import type { RecoveryRun, Resolution } from '../notice.js';
import type { Reason } from '../reason.js';
import type { Telling } from './advance.js';
import type { OpenIncident } from './open-incident.js';

/** An alert of the incident, as it was decided. */
export interface TellingAlert {
  readonly reason: Reason;
  readonly facts: AlertFacts;
  readonly runId: string | null;
}

/** When it began, or began again. */
export function begunMs({ data, openedMs }: OpenIncident): number {
  return data.reopened.at(-1) ?? openedMs;
}

/** The runs by which the alerts of an incident were seen to be over. */
export interface Recoveries {
  /** Newest first, the first few. */
  readonly runs: readonly Omit<RecoveryRun, 'url'>[];
  /** All that there were. */
  readonly total: number;
}

/** How an incident ended: by whom, or on what evidence, which is what the last of its alerts was resolved by. */
export function resolutionOf(
  incident: OpenIncident,
  telling: Telling,
  lead: TellingAlert | null,
  { runs, total }: Recoveries,
  linkTo: (path: string) => string,
): Resolution {
  const endedMs = incident.resolvedMs ?? incident.openedMs;
  const by = telling.by ?? null;
  const { goods, at } = lead?.reason.figures ?? {};
  const isRun = typeof goods === 'number' && typeof at === 'string';
  return {
    at: new Date(endedMs).toISOString(),
    lastedMs: Math.max(0, endedMs - begunMs(incident)),
    alerts: incident.spread.total,
    by,
    evidence: by === null ? (lead?.reason.text ?? null) : null,
    host: by === null ? (lead?.facts.hostName ?? null) : null,
    goodRuns: by === null && isRun ? { count: goods, at, outcome: lead?.facts.outcome ?? null } : null,
    runs: by === null ? runs.map((run) => ({ ...run, url: linkTo(`/runs/${run.id}`) })) : [],
    moreRuns: by === null ? total - runs.length : 0,
  };
}

/** Why it is over, in English. @param told what is said where no evidence is known */
export function resolutionText({ evidence, host, by, alerts, lastedMs }: Resolution, told: string): string {
  const where = host === null || evidence === null || evidence.includes(host) ? '' : `${host}: `;
  const why = by !== null || evidence === null ? told : `${where}${evidence}`;
  const many =
    by !== null || alerts === 0
      ? ''
      : `; ${alerts === 1 ? 'its alert has' : `all its ${alerts} alerts have`} recovered`;
  return `${why}${many}; it lasted ${describeDuration(roughly(lastedMs))}`;
}

/** Whole seconds, and of what lasted longer whole minutes: nobody reads the rest. */
export function roughly(ms: number): number {
  const unit = ms < 120_000 ? 1_000 : 60_000;
  return Math.max(1_000, Math.round(ms / unit) * unit);
}
