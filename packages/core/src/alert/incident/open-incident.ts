import type { AlertSeverity } from '../../state/states.js';
import type { RouteTarget } from '../documents/route.schema.js';
import type { Incident, IncidentAbout } from '../incident.js';
import { type RoutePlan, routeDefaults } from '../route/choose-route.js';
import type { Group } from './group-of.js';

/** An incident with what the grouping keeps for itself. */
export interface OpenIncident extends Incident {
  readonly labels: Readonly<Record<string, string>>;
  readonly flapping: boolean;
  readonly data: IncidentData;
}

/** Instants in epoch milliseconds; null: not due at all. */
export interface IncidentData {
  /** Frozen with the escalation. */
  readonly plan: RoutePlan;
  /** When the first notice of this generation is due. */
  readonly openMs: number | null;
  readonly stepMs: number | null;
  readonly repeatMs: number | null;
  readonly updateMs: number | null;
  readonly remindMs: number | null;
  readonly expireMs: number | null;
  /** When quiet is looked at again. */
  readonly recheckMs: number | null;
  /** Until when an end is held back, since it came and went too often. */
  readonly holdMs: number | null;
  /** When this generation was told of last. */
  readonly toldMs: number | null;
  /** Who was told of this generation. */
  readonly told: readonly RouteTarget[];
  /** Of how many alerts that fire nobody is told. */
  readonly mutedAlerts: number;
  /** When its spread was counted. */
  readonly spreadMs: number | null;
  /** News since then. */
  readonly news: number;
  /** Counters, for keys of notices. */
  readonly updates: number;
  readonly repeats: number;
  readonly reminders: number;
  readonly acks: number;
  /** Ways taken before this one in this generation: it became worse after people were told. */
  readonly ways: number;
  /** When it was opened again, the last few. */
  readonly reopened: readonly number[];
  /** Number of the incident that is told in place of this one and many like it. */
  readonly storm: { readonly id: string; readonly number: number } | null;
  /** It stands for many others. */
  readonly isStorm: boolean;
  /** A person closed it though alerts fired: it is quiet until they do not. */
  readonly closedByHand: boolean;
  /** What its title says, in parts; absent from incidents that are older. */
  readonly about?: IncidentAbout;
}

export const severityRank: Readonly<Record<AlertSeverity, number>> = { low: 0, medium: 1, high: 2 };

const fresh = {
  stepMs: null,
  repeatMs: null,
  updateMs: null,
  remindMs: null,
  expireMs: null,
  recheckMs: null,
  holdMs: null,
  toldMs: null,
  told: [],
  mutedAlerts: 0,
  spreadMs: null,
  news: 0,
  updates: 0,
  repeats: 0,
  reminders: 0,
  acks: 0,
  ways: 0,
  closedByHand: false,
} as const;

/** A new incident, of which nobody is told yet. */
export function openIncident(
  { id, number }: { readonly id: string; readonly number: number },
  { about, ...group }: Group,
  plan: RoutePlan,
  { severity, labels, isStorm = false }: { severity: AlertSeverity; labels: OpenIncident['labels']; isStorm?: boolean },
  nowMs: number,
): OpenIncident {
  return {
    id,
    number,
    ...group,
    state: 'firing',
    severity,
    generation: 1,
    openedMs: nowMs,
    resolvedMs: null,
    acknowledgedBy: null,
    acknowledgedMs: null,
    assignee: null,
    muted: null,
    spread: noSpread,
    labels,
    flapping: false,
    ...routed(plan),
    data: { ...fresh, plan, openMs: firstMs(plan, nowMs), reopened: [], storm: null, isStorm, about },
    wakeMs: nowMs,
  };
}

/** The same again within its window: another generation, told and escalated anew along the routes of now. */
export function reopenIncident(
  incident: OpenIncident,
  plan: RoutePlan,
  severity: AlertSeverity,
  nowMs: number,
): OpenIncident {
  const { data } = incident;
  return {
    ...incident,
    state: 'firing',
    severity,
    generation: incident.generation + 1,
    resolvedMs: null,
    acknowledgedBy: null,
    acknowledgedMs: null,
    muted: null,
    ...routed(plan),
    data: {
      ...data,
      ...fresh,
      plan,
      openMs: firstMs(plan, nowMs),
      reopened: [...data.reopened.slice(-9), nowMs],
      storm: null,
    },
    wakeMs: nowMs,
  };
}

/** It has become worse: the way of the worse severity is taken from its beginning. */
export function raiseIncident(
  incident: OpenIncident,
  plan: RoutePlan,
  severity: AlertSeverity,
  nowMs: number,
): OpenIncident {
  const { data } = incident;
  const told = data.toldMs !== null;
  return {
    ...incident,
    severity,
    ...routed(plan),
    data: {
      ...data,
      plan,
      openMs: firstMs(plan, nowMs),
      stepMs: null,
      repeatMs: null,
      ways: data.ways + (told ? 1 : 0),
    },
  };
}

const firstMs = (plan: RoutePlan, nowMs: number) =>
  plan.steps[0] ? nowMs + plan.groupWaitMs + plan.steps[0].waitMs : null;

function routed({ route, steps, repeat }: RoutePlan): Pick<Incident, 'escalation'> {
  if (steps.length === 0) return { escalation: null };
  return {
    escalation: {
      route,
      steps: steps.map(({ waitMs, targets }) => ({
        waitMs,
        targets: targets.map((target) =>
          'onCall' in target
            ? { channel: target.channels?.join('+') ?? 'on-call', recipient: `@${target.onCall}` }
            : { channel: target.channel, recipient: target.recipient },
        ),
      })),
      next: 0,
      repeatEveryMs: repeat?.everyMs ?? null,
      repeatsLeft: repeat?.times ?? 0,
    },
  };
}

export const noSpread: Incident['spread'] = {
  firing: 0,
  total: 0,
  hosts: 0,
  jobs: 0,
  hostsOfJob: null,
  byExitCode: {},
  byVersion: {},
  byLabel: {},
  examples: [],
};

/** A stored incident may be older than a field; what it lacks is as it was before the field. */
export function readData(stored: Partial<IncidentData>): IncidentData {
  return { ...fresh, openMs: null, reopened: [], storm: null, isStorm: false, plan: emptyPlan, ...stored };
}

const emptyPlan: RoutePlan = {
  route: '',
  steps: [],
  repeat: null,
  groupBy: null,
  groupWaitMs: 0,
  groupIntervalMs: routeDefaults.groupIntervalMs,
  reopenWithinMs: routeDefaults.reopenWithinMs,
  remindAfterMs: null,
  expireAfterMs: null,
};
