import type { OnCallSpec } from '../documents/on-call.schema.js';
import type { RouteTarget } from '../documents/route.schema.js';
import type { NoticeTarget } from '../incident.js';
import { logReason } from '../log-reasons.js';
import type { NoticeContent } from '../notice.js';
import type { Reason } from '../reason.js';
import { onDutyAt } from '../route/on-call.js';
import type { Telling } from './advance.js';
import type { OpenIncident } from './open-incident.js';
import { type Recoveries, resolutionOf, resolutionText, type TellingAlert } from './resolution.js';

export interface WaysOut {
  /** Names in lower case. */
  readonly channels: ReadonlySet<string>;
  /** By name in lower case. */
  readonly schedules: ReadonlyMap<string, OnCallSpec>;
}

/** Whom a target means now, and why it means nobody. */
export interface Reached {
  readonly targets: readonly NoticeTarget[];
  readonly missing: readonly Reason[];
}

/** Each target once; schedules are asked who is on duty at this moment. */
export function reach(targets: readonly RouteTarget[], ways: WaysOut, nowMs: number): Reached {
  const found = new Map<string, NoticeTarget>();
  const missing: Reason[] = [];
  for (const target of targets) {
    const reached = 'onCall' in target ? onDuty(target, ways, nowMs) : { targets: [target], missing: [] };
    missing.push(...reached.missing);
    for (const one of reached.targets) {
      if (ways.channels.has(one.channel)) found.set(JSON.stringify([one.channel, one.recipient]), one);
      else missing.push(logReason('channel_missing', `there is no channel ${one.channel}`, { channel: one.channel }));
    }
  }
  return { targets: [...found.values()], missing };
}

function onDuty(
  { onCall, channels }: Extract<RouteTarget, { onCall: string }>,
  { schedules }: WaysOut,
  nowMs: number,
): Reached {
  const none = (missing: Reason): Reached => ({ targets: [], missing: [missing] });
  const schedule = schedules.get(onCall);
  if (!schedule)
    return none(logReason('schedule_missing', `there is no on-call schedule ${onCall}`, { schedule: onCall }));
  const duty = onDutyAt(schedule, nowMs);
  if (!duty)
    return none(logReason('nobody_on_duty', `nobody is on duty in ${schedule.name}`, { schedule: schedule.name }));
  const ways = Object.entries(schedule.people[duty.person] ?? {}).filter(
    ([channel]) => channels === null || channels.includes(channel),
  );
  if (ways.length === 0) {
    const text = `${duty.person} of ${schedule.name} has none of the channels that the route asks for`;
    return none(logReason('no_way_to_person', text, { person: duty.person, schedule: schedule.name }));
  }
  return { targets: ways.map(([channel, recipient]) => ({ channel, recipient })), missing: [] };
}

/** Receivers tell repeats by it: incident, generation, reason, step and target. */
export function noticeKey(
  { id, generation }: OpenIncident,
  { reason: why, step }: Telling,
  target: NoticeTarget,
): string {
  return [id, generation, why, step, target.channel, target.recipient ?? ''].join(':');
}

/** Where the dashboard is. */
export type LinkTo = (path: string) => string;

/** What only some notices tell. */
export interface NoticeExtras {
  /** For a digest: what it stands for. */
  readonly parts?: NonNullable<NoticeContent['parts']> | undefined;
  /** For an end: the runs that showed it. */
  readonly recoveries?: Recoveries | undefined;
}

/** What is told, frozen. */
export function noticeContent(
  incident: OpenIncident,
  telling: Telling,
  lead: TellingAlert | null,
  linkTo: LinkTo,
  { parts, recoveries = { runs: [], total: 0 } }: NoticeExtras = {},
): NoticeContent {
  const { facts = null, runId = null } = lead ?? {};
  const { spread } = incident;
  const reaches =
    spread.hosts > 1 ? `on ${spread.hosts}${spread.hostsOfJob ? ` of ${spread.hostsOfJob}` : ''} hosts` : '';
  const why = telling.reason === 'resolved' || telling.reason === 'acked' || !lead ? null : lead.reason;
  const resolution = telling.reason === 'resolved' ? resolutionOf(incident, telling, lead, recoveries, linkTo) : null;
  const said = resolution ? resolutionText(resolution, telling.text) : telling.text;
  const own = said === incident.title ? [] : [said];
  return {
    reason: telling.reason,
    incident: {
      id: incident.id,
      number: incident.number,
      key: incident.key,
      title: incident.title,
      state: incident.state,
      severity: incident.severity,
      policy: incident.policy,
      openedAt: new Date(incident.openedMs).toISOString(),
      acknowledgedBy: incident.acknowledgedBy,
      assignee: incident.assignee,
    },
    text: [...own, ...(why ? [why.text] : []), ...(reaches ? [reaches] : [])].join('; ') || incident.title,
    says: { about: incident.data.about ?? null, telling: resolution ? null : (own[0] ?? null), why },
    job: incident.data.isStorm ? null : (facts?.jobName ?? null),
    // One of many would mislead; the spread names some.
    host: spread.hosts > 1 || incident.data.isStorm ? null : (facts?.hostName ?? null),
    run: runId && facts?.outcome ? { id: runId, outcome: facts.outcome, exitCode: facts.exitCode, output: null } : null,
    spread,
    labels: incident.labels,
    runbook: facts?.runbook ?? null,
    links: {
      incident: linkTo(`/incidents/${incident.number}`),
      // Made when it is sent: what lets somebody act is not kept.
      acknowledge: null,
      run: runId ? linkTo(`/runs/${runId}`) : null,
    },
    ...(resolution ? { resolution } : {}),
    ...(parts ? { parts } : {}),
  };
}
