import type { AlertSeverity } from '../../state/states.js';
import {
  assigneeHere,
  hasEnded,
  isMutedByTicket,
  type TicketIncident,
  type TicketLink,
  type TicketRules,
} from './ticket-link.js';
import type { TicketNote, TicketStep } from './ticket-step.js';

/** A search may not see for a while what was just made: three looks, so long after the create. */
const lookAfterMs = [5_000, 30_000, 120_000] as const;
/** Nothing is done to a ticket that was not read just now: a person may have ended it. */
const freshMs = 60_000;
/** What becomes of an incident is not always told to its ticket's channel: it is looked at so often all the same. */
const againAfterMs = 5 * 60_000;
const rank: Readonly<Record<AlertSeverity, number>> = { low: 0, medium: 1, high: 2 };

/**
 * The next step for a ticket. Every step that changes something there is written down as pending before it goes out
 * (`beginStep`), so that after a crash or a time-out it is looked for before it is done again.
 */
export function decideTicket(
  link: TicketLink,
  incident: TicketIncident,
  rules: TicketRules,
  nowMs: number,
): TicketStep {
  if (link.problem) return wait(null, link.problem.reason.code, link.problem.reason.text);
  if (link.notBeforeMs !== null && nowMs < link.notBeforeMs)
    return wait(link.notBeforeMs, 'tried_later', 'the ticket system is tried again later');
  if (!link.remote) return beforeTicket(link, incident, nowMs);
  // What people did there in the meantime comes before what we want.
  if (link.pending || link.seenMs === null || nowMs - link.seenMs >= rules.lookMs) return { kind: 'look' };
  const step = incident.firing
    ? whileFiring(link, incident, rules, nowMs)
    : afterRecovery(link, incident, rules, nowMs);
  const isStale = nowMs - link.seenMs > freshMs;
  return isStale && step.kind !== 'wait' ? { kind: 'look' } : step;
}

function beforeTicket({ pending }: TicketLink, incident: TicketIncident, nowMs: number): TicketStep {
  const delayMs = pending === null ? undefined : lookAfterMs[pending.looks];
  if (pending && delayMs !== undefined) {
    const atMs = pending.sinceMs + delayMs;
    return nowMs < atMs
      ? wait(atMs, 'maybe_created', 'whether the ticket was made is not known; it is searched for first')
      : { kind: 'find' };
  }
  if (!incident.firing) return wait(null, 'over_before_ticket', 'it was over before there was a ticket');
  return { kind: 'create', severity: incident.severity, count: incident.count };
}

function whileFiring(link: TicketLink, incident: TicketIncident, rules: TicketRules, nowMs: number): TicketStep {
  if (isMutedByTicket(link)) return muted(link, rules);
  if (link.resolvedMs !== null) return refired(link, link.resolvedMs, rules, nowMs);
  const told = link.told ?? { severity: incident.severity, count: incident.count, atMs: nowMs };
  if (rank[incident.severity] > rank[told.severity]) return { kind: 'priority', severity: incident.severity };
  const to = assignedTo(link, incident, rules);
  if (to !== undefined) return { kind: 'assign', to };
  if (incident.acknowledgedBy !== null && !link.ackTold) return { kind: 'acknowledge', by: incident.acknowledgedBy };
  if (incident.acknowledgedBy === null && link.ackTold)
    return { kind: 'comment', about: 'unacknowledged', count: told.count };
  if (isNoteDue(link, incident, rules)) return { kind: 'note', note: incident.note };
  const repeatAtMs = told.atMs + rules.repeatMs;
  const hasNews = incident.count > told.count;
  if (hasNews && nowMs >= repeatAtMs) return { kind: 'comment', about: 'repeat', count: incident.count };
  const againMs = Math.min((link.seenMs ?? nowMs) + rules.lookMs, nowMs + againAfterMs);
  return wait(hasNews ? Math.min(repeatAtMs, againMs) : againMs, 'ticket_open', 'the ticket says what there is to say');
}

/**
 * Who is to have the ticket: whoever was given the incident here, and not by the ticket itself. Whom the ticket gave it to
 * was taken over, so an incident that is nobody's was taken off them here.
 */
function assignedTo(
  { remote, assignee }: TicketLink,
  incident: TicketIncident,
  rules: TicketRules,
): string | null | undefined {
  if (!remote) return undefined;
  if (incident.assignee === null) return assignee !== null && remote.assignee === assignee ? null : undefined;
  if (!Object.hasOwn(rules.assignees, incident.assignee)) return undefined;
  const to = rules.assignees[incident.assignee];
  const isTheirs = remote.assignee === assignee && assigneeHere(remote, rules) === incident.assignee;
  return isTheirs || remote.assigneeId === to ? undefined : to;
}

/** Notes go into a ticket that is open; of one that ended, people have taken leave. */
function isNoteDue(
  { noted }: TicketLink,
  incident: TicketIncident,
  rules: TicketRules,
): incident is TicketIncident & { readonly note: TicketNote } {
  return rules.comments && noted !== null && incident.note !== null && incident.note.id > noted;
}

function muted(link: TicketLink, rules: TicketRules): TicketStep {
  if (!link.mutedTold) return { kind: 'comment', about: 'muted', count: link.told?.count ?? 1 };
  const text = `${link.remote?.key} was ended by a person while it fails: it is left alone`;
  return wait((link.seenMs ?? 0) + rules.lookMs, 'muted_by_ticket', text);
}

function refired(link: TicketLink, resolvedMs: number, rules: TicketRules, nowMs: number): TicketStep {
  const status = link.remote?.status;
  // Opened again by a person, or by us without our knowing.
  if (status && !hasEnded(status)) return { kind: 'reopen' };
  const isSoon = nowMs - resolvedMs <= rules.reopenWindowMs;
  return isSoon && status === 'resolved' ? { kind: 'reopen' } : { kind: 'next_generation' };
}

function afterRecovery(link: TicketLink, incident: TicketIncident, rules: TicketRules, nowMs: number): TicketStep {
  if (link.remote && hasEnded(link.remote.status)) return wait(null, 'ticket_over', `${link.remote.key} has ended`);
  if (isNoteDue(link, incident, rules)) return { kind: 'note', note: incident.note };
  if (link.leftOpen) return wait(null, 'left_to_people', 'a person opened it again though nothing fails');
  if (!link.recoveryTold) return { kind: 'comment', about: 'recovered', count: link.told?.count ?? 1 };
  if (rules.resolve === 'comment') return wait(null, 'left_to_people', 'the ticket is left for people to end');
  const dueMs = (link.recoveredMs ?? nowMs) + rules.holdMs;
  if (nowMs < dueMs) return wait(dueMs, 'hold', 'it is resolved when nothing has failed for a while');
  return { kind: 'resolve', how: rules.resolve };
}

function wait(untilMs: number | null, code: string, text: string): TicketStep {
  return { kind: 'wait', untilMs, reason: { code, text } };
}
