import type { AlertSeverity } from '../../state/states.js';
import type { Reason } from '../reason.js';
import type { TicketNote, TicketStep } from './ticket-step.js';

/** What a ticket's state means to us, whatever it is called there. `declined`: a person said that it will not be fixed. */
export type TicketStatus = 'open' | 'in_progress' | 'resolved' | 'closed' | 'declined';

/** A ticket as the other system tells it. */
export interface RemoteTicket {
  /** What its API names it by. */
  readonly id: string;
  /** What people say, `INC0012345`, `OPS-7`. */
  readonly key: string;
  readonly url: string;
  readonly status: TicketStatus;
  /** Its name there. */
  readonly statusName: string;
  readonly assignee: string | null;
  /** The same as its API names people; older readings lack it. */
  readonly assigneeId?: string | null;
  /** Its last change as that system writes it; only ever compared. Null: it was made by us and not read yet. */
  readonly updated: string | null;
}

/** Steps that change something there. */
export type TicketAct = 'create' | 'comment' | 'note' | 'acknowledge' | 'assign' | 'priority' | 'resolve' | 'reopen';

/** A step that went out and whose end nobody knows: after a time-out, or when the server died. */
export interface PendingStep {
  readonly act: TicketAct;
  readonly step: TicketStep;
  readonly sinceMs: number;
  readonly looks: number;
  /** Where a search for it begins, in systems that cannot find at once what was just made. */
  readonly newest: string | null;
}

/** What is known of one ticket of one incident in one system. Written before the ticket is. Instants in epoch milliseconds. */
export interface TicketLink {
  /** What the ticket is found by; unique to incident, system and generation. */
  readonly key: string;
  readonly remote: RemoteTicket | null;
  /** When `remote` was last read; null: it has to be. */
  readonly seenMs: number | null;
  /** The news that were heard when it was read. */
  readonly news: number;
  readonly pending: PendingStep | null;
  /** What the ticket says of severity and count, and since when. */
  readonly told: { readonly severity: AlertSeverity; readonly count: number; readonly atMs: number } | null;
  /** Texts that we wrote into the ticket: the next one is marked with this number. */
  readonly said: number;
  /** Whether the ticket shows that somebody looks after the incident. */
  readonly ackTold: boolean;
  /** Who had the ticket when that was last taken over. */
  readonly assignee: string | null;
  /** Comments that were seen, the latest ones; null: none was ever read. */
  readonly comments: SeenComments | null;
  /** The last note written here that the ticket has; null: it is older than that, and gets none. */
  readonly noted: number | null;
  /** Since when nothing fails any more. */
  readonly recoveredMs: number | null;
  readonly recoveryTold: boolean;
  /** When it ended for a good reason: we resolved it, or a person did and nothing failed any more. */
  readonly resolvedMs: number | null;
  /** A person opened it again though nothing fails: it is theirs to end. */
  readonly leftOpen: boolean;
  /** The one note that says that the ticket is left alone. */
  readonly mutedTold: boolean;
  readonly failures: number;
  /** Nothing goes out before. */
  readonly notBeforeMs: number | null;
  /** Something that only a person can mend, under settings named by `settings`. */
  readonly problem: TicketProblem | null;
}

export interface SeenComments {
  readonly ids: readonly string[];
  /** Of their texts, by id, to know one that was edited; what was seen before they were kept lacks it. */
  readonly digests?: Readonly<Record<string, string>>;
}

export interface TicketProblem {
  readonly reason: Reason;
  readonly settings: string;
}

/** What the ticket is about, as it is now. */
export interface TicketIncident {
  readonly firing: boolean;
  readonly severity: AlertSeverity;
  /** Failures so far. */
  readonly count: number;
  readonly acknowledgedBy: string | null;
  readonly assignee: string | null;
  /** The oldest note that a person wrote here and the ticket does not have (`TicketLink.noted`). */
  readonly note: TicketNote | null;
}

/** What of a ticket means that somebody looks after its incident. */
export const acknowledgeSigns = ['in_progress', 'assigned', 'either', 'never'] as const;
export type AcknowledgeSign = (typeof acknowledgeSigns)[number];

export interface TicketRules {
  /** What becomes of the ticket on recovery. */
  readonly resolve: 'comment' | 'resolve' | 'close';
  /** How long it stays quiet before it is resolved. */
  readonly holdMs: number;
  /** So long after, the same ticket is opened again instead of a new one. */
  readonly reopenWindowMs: number;
  /** At most one comment about repeats in this time. */
  readonly repeatMs: number;
  /** It is read so often though nothing was heard of it: what was deleted is in no list of changes. */
  readonly lookMs: number;
  readonly acknowledgeOn: AcknowledgeSign;
  /** Whether our acknowledging sets the ticket to in progress. */
  readonly ackMoves: boolean;
  /** Whether people's comments there become notes here, and notes here comments there. */
  readonly comments: boolean;
  /** People by their names here, as ids of there; whoever is missing is not set in tickets. */
  readonly assignees: Readonly<Record<string, string>>;
}

/** @param noted what a ticket before this one was told of the notes written here */
export function newTicketLink(key: string, noted: number | null = 0): TicketLink {
  return {
    key,
    remote: null,
    seenMs: null,
    news: 0,
    pending: null,
    told: null,
    said: 0,
    ackTold: false,
    assignee: null,
    comments: null,
    noted,
    recoveredMs: null,
    recoveryTold: false,
    resolvedMs: null,
    leftOpen: false,
    mutedTold: false,
    failures: 0,
    notBeforeMs: null,
    problem: null,
  };
}

/** As it was stored, also by a version that knew less; a step whose end is not known is looked for in any case. */
export function readTicketLink(stored: Partial<TicketLink> & Pick<TicketLink, 'key'>): TicketLink {
  const pending = stored.pending?.step ? stored.pending : null;
  const isNewRead = stored.pending && !pending ? { seenMs: null } : {};
  return { ...newTicketLink(stored.key), noted: null, ...stored, pending, ...isNewRead };
}

export function hasEnded(status: TicketStatus): boolean {
  return status === 'resolved' || status === 'closed' || status === 'declined';
}

/** A person ended the ticket although it fails on: that is respected. */
export function isMutedByTicket(link: TicketLink): boolean {
  if (!link.remote) return false;
  return link.remote.status === 'declined' || (hasEnded(link.remote.status) && link.resolvedMs === null);
}

/** Whether the ticket has whom a step of ours gave it to. */
export function isAssignedBy({ step }: PendingStep, { assignee, assigneeId }: RemoteTicket): boolean {
  if (step.kind !== 'assign') return false;
  return step.to === null ? assignee === null : assigneeId === step.to;
}

/** Who has the ticket, by the name that is used here where one is known. */
export function assigneeHere(
  { assignee, assigneeId }: Pick<RemoteTicket, 'assignee' | 'assigneeId'>,
  { assignees }: Pick<TicketRules, 'assignees'>,
): string | null {
  const known = assigneeId && Object.keys(assignees).find((name) => assignees[name] === assigneeId);
  return known || assignee;
}
