import type { Reason } from '../reason.js';
import {
  hasEnded,
  isAssignedBy,
  type RemoteTicket,
  type TicketAct,
  type TicketIncident,
  type TicketLink,
} from './ticket-link.js';
import type { TicketStep } from './ticket-step.js';

/** What became of a step. */
export type StepResult =
  /**
   * Done; the ticket as it is now, null where a search found none. `arrived`: whether the text of a step that was
   * pending is in it; null or left out: that cannot be seen.
   */
  | { readonly kind: 'done'; readonly remote: RemoteTicket | null; readonly arrived?: boolean | null }
  /** It was not done, and may go through later. */
  | { readonly kind: 'later'; readonly afterMs?: number; readonly reason: Reason }
  /** It may have been done: no answer, or one that says nothing. */
  | { readonly kind: 'unknown'; readonly afterMs?: number; readonly reason: Reason }
  /** Only a person can mend this: a transition that is not there, a refused password. */
  | { readonly kind: 'problem'; readonly reason: Reason };

const acts: readonly string[] = [
  'create',
  'comment',
  'note',
  'acknowledge',
  'assign',
  'priority',
  'resolve',
  'reopen',
] satisfies TicketAct[];

interface Context {
  readonly incident: TicketIncident;
  /** What names the settings of now: those that were written before are another name. */
  readonly settings: string;
  readonly nowMs: number;
}

const backoffMs = [5_000, 60_000, 300_000, 1_800_000, 7_200_000] as const;

/** What is known before anything is decided: whether it fails now. */
export function seeIncident(link: TicketLink, incident: TicketIncident, nowMs: number): TicketLink {
  if (incident.firing) return { ...link, recoveredMs: null, recoveryTold: false, leftOpen: false };
  const over = link.remote !== null && link.resolvedMs === null && isEndedWell(link.remote);
  // The next failure finds nobody who looks after it.
  const ended = { recoveredMs: link.recoveredMs ?? nowMs, ackTold: false };
  return { ...link, ...ended, ...(over ? { resolvedMs: nowMs } : {}) };
}

/** Settings were written again: what was wrong may be right now. */
export function withSettings(link: TicketLink, settings: string): TicketLink {
  return link.problem && link.problem.settings !== settings ? { ...link, problem: null, notBeforeMs: null } : link;
}

/** There are news of the ticket: what is known of it is not believed any more. */
export function hearNews(link: TicketLink, news: number): TicketLink {
  return news === link.news ? link : { ...link, news, seenMs: null };
}

/** To be written down before the step goes out. @param newest where a search for a ticket that was lost will begin */
export function beginStep(link: TicketLink, step: TicketStep, nowMs: number, newest: string | null = null): TicketLink {
  if (!acts.includes(step.kind)) return link;
  return { ...link, pending: { act: step.kind as TicketAct, step, sinceMs: nowMs, looks: 0, newest } };
}

/** What is known after a step. */
export function endStep(link: TicketLink, step: TicketStep, result: StepResult, context: Context): TicketLink {
  const { nowMs, settings } = context;
  switch (result.kind) {
    case 'done':
      return afterDone({ ...link, failures: 0, notBeforeMs: null }, step, result, context);
    case 'problem':
      return { ...link, pending: wasCreate(link) ? null : link.pending, problem: { reason: result.reason, settings } };
    case 'later':
      return { ...later(link, result.afterMs, nowMs), ...(acts.includes(step.kind) ? { pending: null } : {}) };
    case 'unknown':
      return later(link, step.kind === 'create' ? 0 : result.afterMs, nowMs);
  }
}

function afterDone(
  link: TicketLink,
  step: TicketStep,
  { remote, arrived = null }: { readonly remote: RemoteTicket | null; readonly arrived?: boolean | null },
  context: Context,
): TicketLink {
  const { incident, nowMs } = context;
  const told = { severity: incident.severity, count: incident.count, atMs: nowMs };
  const read = { pending: null, remote: remote ?? link.remote, seenMs: nowMs };
  const said = link.said + 1;
  switch (step.kind) {
    case 'find':
      if (!remote) return { ...link, pending: lookedOnce(link) };
      return found(link, remote, arrived, context);
    case 'look':
      if (!remote) return { ...link, pending: null, seenMs: nowMs, ...gone(link) };
      return found(link, remote, arrived, context);
    case 'create':
      return {
        ...link,
        ...read,
        told: { ...told, severity: step.severity, count: step.count },
        comments: link.comments ?? { ids: [] },
      };
    case 'comment':
      return { ...link, pending: null, said, ...commented(link, step, told) };
    case 'note':
      return { ...link, pending: null, said, noted: step.note.id };
    case 'acknowledge':
      return { ...link, ...read, said, ackTold: true };
    case 'assign':
      return { ...link, ...read, assignee: remote ? remote.assignee : link.assignee };
    case 'priority':
      return { ...link, pending: null, said, told: { ...(link.told ?? told), severity: step.severity } };
    case 'resolve':
      return { ...link, ...read, resolvedMs: nowMs };
    case 'reopen':
      return { ...link, ...read, said, ...again, told };
    case 'wait':
    case 'next_generation':
      return link;
  }
}

function commented(
  { told: before }: TicketLink,
  { about, count }: Extract<TicketStep, { kind: 'comment' }>,
  told: NonNullable<TicketLink['told']>,
): Partial<TicketLink> {
  switch (about) {
    case 'repeat':
      return { told: { ...told, severity: before?.severity ?? told.severity, count } };
    case 'recovered':
      return { recoveryTold: true };
    case 'muted':
      return { mutedTold: true };
    case 'unacknowledged':
      return { ackTold: false };
  }
}

const again = { resolvedMs: null, recoveredMs: null, recoveryTold: false, mutedTold: false } as const;

/** The ticket as it is there; a step that nobody knew the end of is seen by what it did. */
function found(link: TicketLink, remote: RemoteTicket, arrived: boolean | null, context: Context): TicketLink {
  const { pending } = link;
  const isOpen = !hasEnded(remote.status);
  const isDone =
    pending &&
    (arrived === true || pending.act === 'create' || didEnd(pending.act, remote) || isAssignedBy(pending, remote));
  const after = isDone ? afterDone(link, pending.step, { remote }, context) : link;
  const isReopened = isOpen && after.resolvedMs !== null;
  const isOver = !context.incident.firing && after.resolvedMs === null && isEndedWell(remote);
  return {
    ...after,
    remote,
    seenMs: context.nowMs,
    pending: null,
    ...(isOver ? { resolvedMs: context.nowMs } : {}),
    ...(isReopened ? again : {}),
    ...(isReopened && !context.incident.firing ? { leftOpen: true } : {}),
    ...(isOpen ? { mutedTold: false } : {}),
  };
}

const didEnd = (act: TicketAct, remote: RemoteTicket) => act === 'resolve' && isEndedWell(remote);

/** Deleted there: as if a person had said that it is not wanted. */
function gone({ remote }: TicketLink): Pick<TicketLink, 'remote'> {
  return { remote: remote && { ...remote, status: 'declined', statusName: 'deleted' } };
}

function lookedOnce({ pending }: TicketLink): TicketLink['pending'] {
  return pending && { ...pending, looks: pending.looks + 1 };
}

function later(link: TicketLink, afterMs: number | undefined, nowMs: number): TicketLink {
  const backoff = backoffMs[Math.min(link.failures, backoffMs.length - 1)] ?? 0;
  return { ...link, failures: link.failures + 1, notBeforeMs: nowMs + (afterMs ?? backoff) };
}

const wasCreate = ({ pending }: TicketLink) => pending?.act === 'create';
const isEndedWell = ({ status }: RemoteTicket) => status === 'resolved' || status === 'closed';
