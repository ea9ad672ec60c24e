import type { applyPlan, documentPlan } from '@carillon/contract/http/jobs.shapes';
import { limits } from '@carillon/contract/limits';
import { mostApprovedHosts } from '@carillon/core/approval/signed-approval';
import { type CalendarDays, namedCalendars } from '@carillon/core/calendar/named-days';
import type { JobSpec } from '@carillon/core/job/job-spec';
import {
  accountsOf,
  hostsChanged,
  type MovedJob,
  type PlannedDocument,
  planHash,
  plannedFields,
} from '@carillon/core/plan/plan';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { z } from 'zod';
import { previewFires } from '../../shared/task-preview.js';
import { zonesOf } from '../../shared/zones.js';
import { placeKey } from '../../store/alert-document.store.js';
import type { AppliedDocument, AppliedRollout, PrunedJob, WrittenDocument } from '../../store/apply.store.js';
import type { FrozenJob } from '../../store/freezes.js';
import type { JobHosts, PlanFacts, PlanHost } from '../../store/plan-facts.js';

export interface MadePlan {
  readonly plan: z.infer<typeof applyPlan>;
  /** By place in the documents. */
  readonly documents: readonly z.infer<typeof documentPlan>[];
}

interface PlanOptions {
  readonly nowMs: number;
  /** All hosts of each job, and what nobody wrote, for who approves it. */
  readonly withHosts: boolean;
  readonly calendars: CalendarDays;
}

/** What an `apply` changes, from what the transaction found before and after it wrote. */
export function makePlan(
  documents: readonly WrittenDocument[],
  results: readonly AppliedDocument[],
  facts: PlanFacts,
  { nowMs, withHosts, calendars }: PlanOptions,
): MadePlan {
  const planned = documents.map((document, index) => plannedOf(document, results[index], facts));
  const moved = movedJobs(documents, facts);
  const named = namedCalendars(
    documents.flatMap(({ kind, spec }) => (kind === 'Job' ? [spec] : [])),
    calendars,
  );
  return {
    plan: {
      hash: planHash(planned, moved, facts.pruned),
      moved: moved.map(({ job, hostsBefore, hostsAfter }) => ({ job, ...shownChange(hostsBefore, hostsAfter) })),
      ...(named.length > 0 ? { calendars: named } : {}),
    },
    documents: documents.map((document, index) => {
      const one = planned[index] as PlannedDocument;
      const hosts = hostsOf(facts.hostsAfter, document);
      return {
        fields: plannedFields(one),
        ...shownChange(one.hostsBefore, one.hostsAfter),
        accounts: accountsAround(one),
        zones: document.kind === 'Job' ? startsOf(document.spec, hosts, nowMs) : [],
        ...(withHosts && document.kind === 'Job' ? { hosts: one.hostsAfter.slice(0, mostApprovedHosts) } : {}),
        ...(withHosts && 'calendar' in document ? { document: { ...document.written } } : {}),
      };
    }),
  };
}

function plannedOf(document: WrittenDocument, result: AppliedDocument | undefined, facts: PlanFacts): PlannedDocument {
  const { kind, spec, written } = document;
  const stored = facts.stored.get(placeKey({ kind, name: spec.name }));
  const names = (of: JobHosts) => hostsOf(of, document).map(({ name }) => name);
  // Jobs are told in the words of core's own writer, which leave out what is as by default.
  const words =
    kind === 'Job' || (stored && !stored.written) ? undefined : { before: stored?.written ?? {}, after: written };
  return {
    kind,
    name: spec.name,
    change: result?.change ?? 'unchanged',
    before: stored?.spec ?? null,
    after: spec,
    words,
    hostsBefore: names(facts.hostsBefore),
    hostsAfter: names(facts.hostsAfter),
  };
}

function hostsOf(hosts: JobHosts, { kind, spec }: WrittenDocument): readonly PlanHost[] {
  return (kind === 'Job' && hosts.get(spec.name.toLowerCase())?.hosts) || [];
}

/** Jobs that only a group moves, where it does. */
function movedJobs(documents: readonly WrittenDocument[], facts: PlanFacts): MovedJob[] {
  const named = new Set(documents.flatMap(({ kind, spec }) => (kind === 'Job' ? [spec.name.toLowerCase()] : [])));
  return [...facts.hostsAfter].flatMap(([key, { job, hosts }]) => {
    if (named.has(key)) return [];
    const hostsBefore = (facts.hostsBefore.get(key)?.hosts ?? []).map(({ name }) => name);
    const hostsAfter = hosts.map(({ name }) => name);
    const { gained, lost } = hostsChanged(hostsBefore, hostsAfter);
    return gained.length + lost.length === 0 ? [] : [{ job, hostsBefore, hostsAfter }];
  });
}

function shownChange(had: readonly string[], has: readonly string[]) {
  const { gained, lost } = hostsChanged(had, has);
  return { gained: shownHosts(gained), lost: shownHosts(lost) };
}

function shownHosts(hosts: readonly string[]) {
  return { count: hosts.length, hosts: hosts.slice(0, limits.planHosts) };
}

function accountsAround({ kind, before, after, hostsBefore, hostsAfter }: PlannedDocument) {
  if (kind !== 'Job') return { before: [], after: [] };
  const uses = (spec: object | null, hosts: readonly string[]) =>
    spec === null
      ? []
      : accountsOf(
          spec as JobSpec,
          hosts.map((name) => ({ name })),
        );
  return { before: uses(before, hostsBefore), after: uses(after, hostsAfter) };
}

/** Jobs that are deleted, with the first of the hosts that had them. */
export function shownPruned(pruned: readonly PrunedJob[]) {
  return pruned.map(({ name, hosts }) => ({ name, ...shownHosts(hosts) }));
}

/** Each freeze that holds some of it, with the first of the jobs. */
export function shownFreezes(frozen: readonly FrozenJob[]) {
  const freezes = new Map(frozen.map(({ by }) => [by.name, by]));
  return [...freezes.values()].map(({ name, reason, untilMs }) => {
    const jobs = frozen.filter(({ by }) => by.name === name).map(({ job }) => job);
    const until = new Date(untilMs).toISOString();
    return { freeze: name, reason, until, count: jobs.length, jobs: jobs.slice(0, limits.planHosts) };
  });
}

/** The rings of a rollout with the first of their hosts. */
export function shownRollout({ rings, soakMs, supersedes }: AppliedRollout) {
  return { rings: rings.map(({ ring, hosts }) => ({ ring, ...shownHosts(hosts) })), soakMs, supersedes };
}

/** A zone that only the host itself knows is left out; a job that is switched off starts nowhere. */
function startsOf(spec: JobSpec, hosts: readonly PlanHost[], nowMs: number): z.infer<typeof documentPlan>['zones'] {
  return zonesOf(hosts.filter(({ timezone }) => isTimeZone(timezone))).map(({ zone, hosts: count }) => ({
    hostTimezone: zone,
    hosts: count,
    nextFires: spec.enabled ? previewFires(spec.schedule, { nowMs, count: limits.planFires, hostTimezone: zone }) : [],
  }));
}
