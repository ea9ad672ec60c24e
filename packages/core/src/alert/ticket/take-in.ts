import type { Act } from '../incident/act.js';
import type { Reason } from '../reason.js';
import { shortenText } from '../shorten-text.js';
import { digestOfText, isMarked, markOf } from './comment-mark.js';
import {
  assigneeHere,
  hasEnded,
  isAssignedBy,
  type RemoteTicket,
  type SeenComments,
  type TicketIncident,
  type TicketLink,
  type TicketRules,
} from './ticket-link.js';

export interface TicketComment {
  readonly id: string;
  readonly author: string;
  /** Written with the account that we use. */
  readonly isOwn: boolean;
  /** Who wrote it as it is now, where somebody changed it. */
  readonly editor?: string;
  readonly text: string;
}

/** A ticket as it was read just now. */
export interface TicketReading {
  readonly remote: RemoteTicket;
  /** The latest ones, oldest first; null: we may not read them. */
  readonly comments: readonly TicketComment[] | null;
}

/** Something that a person did to the ticket, as what it is for the incident. */
export interface TicketDeed {
  readonly by: string;
  readonly act: Act;
}

export interface TakenIn {
  readonly link: TicketLink;
  readonly deeds: readonly TicketDeed[];
  /** What became of the ticket; null: nothing that people would want to know. */
  readonly news: Reason | null;
  /** Whether the text of the pending step is in the ticket; null: that cannot be seen. */
  readonly arrived: boolean | null;
}

const noteCharacters = 2_000;
const nameCharacters = 100;
const notesPerLook = 20;
/** So many ids of comments are remembered; a reading never has more of them. */
export const commentsPerRead = 50;
const remembered = 2 * commentsPerRead;

/**
 * What a reading of the ticket means for its incident. Only what changed since the last reading counts, and nothing that
 * we did ourselves: so a change that came from there never goes back there, and ours never comes back as one of theirs.
 */
export function takeIn(
  link: TicketLink,
  reading: TicketReading,
  incident: TicketIncident,
  rules: TicketRules,
): TakenIn {
  const { remote } = reading;
  const arrived = arrivedIn(link, reading);
  const who = (name: string) => `${shortenText(name, nameCharacters)} (${remote.key})`;
  const notes = notesOf(link, reading, rules, who);
  const owner = ownerOf(link, remote, incident, rules);
  const care = careOf(link, remote, incident, rules, arrived);
  const by = who(assigneeHere(remote, rules) ?? '').trim();
  return {
    link: {
      ...link,
      assignee: remote.assignee,
      comments: notes.seen,
      ...(care ? { ackTold: care.begun } : {}),
    },
    deeds: [...[...owner, ...(care?.act ?? [])].map((act) => ({ by, act })), ...notes.deeds],
    news: newsOf(link.remote, remote),
    arrived,
  };
}

function arrivedIn({ pending, key, said }: TicketLink, { comments }: TicketReading): boolean | null {
  if (!pending || !comments) return null;
  const mark = markOf(key, said);
  return comments.some(({ text }) => text.trimEnd().endsWith(mark));
}

/** A ticket without an owner takes away only the owner that it gave. */
function ownerOf(link: TicketLink, remote: RemoteTicket, incident: TicketIncident, rules: TicketRules): Act[] {
  const { assignee: before, pending } = link;
  // Whatever was said here since is newer.
  if (pending && isAssignedBy(pending, remote)) return [];
  const after = shown(assigneeHere(remote, rules));
  if (remote.assignee === before || after === incident.assignee) return [];
  // As it was called here when it was taken over, which may be in older words.
  const gave = [before, link.remote && assigneeHere(link.remote, rules)].map((name) => shown(name));
  if (after === null && !gave.includes(incident.assignee)) return [];
  return [{ kind: 'assign', assignee: after }];
}

const shown = (name: string | null) => (name === null ? null : shortenText(name, nameCharacters));

/** Whether somebody began to look after it there, or stopped; null: nothing of the kind happened. */
function careOf(
  { remote: before, pending }: TicketLink,
  after: RemoteTicket,
  incident: TicketIncident,
  rules: TicketRules,
  arrived: boolean | null,
): { readonly begun: boolean; readonly act: Act[] } | null {
  if (!incident.firing) return null;
  const act = pending?.act;
  const mayBeOurs = (act === 'acknowledge' || act === 'reopen' || act === 'resolve') && arrived !== false;
  const movedByUs = act === 'acknowledge' && arrived === true && rules.ackMoves && rules.acknowledgeOn !== 'assigned';
  // Made by us and not read before: whoever has it has it by a rule of theirs.
  const isFirst = !before || before.updated === null;
  const assignedByUs = pending !== null && isAssignedBy(pending, after);
  const owner = isFirst ? null : assignedByUs ? before.assignee : after.assignee;
  const begun = isCaredFor({ ...after, assignee: owner }, rules);
  const wasBegun = movedByUs ? rules.acknowledgeOn !== 'never' : !isFirst && isCaredFor(before, rules);
  if (begun === wasBegun || (mayBeOurs && !movedByUs)) return null;
  if (begun === (incident.acknowledgedBy !== null)) return { begun, act: [] };
  return { begun, act: [{ kind: begun ? 'acknowledge' : 'unacknowledge' }] };
}

/** A person who ended it has looked at it as well. */
function isCaredFor({ status, assignee }: RemoteTicket, { acknowledgeOn }: TicketRules): boolean {
  if (acknowledgeOn === 'never') return false;
  const isBegun = acknowledgeOn !== 'assigned' && status === 'in_progress';
  const isOwned = acknowledgeOn !== 'in_progress' && assignee !== null;
  return isBegun || isOwned || hasEnded(status);
}

function notesOf(
  { comments: known, remote }: TicketLink,
  { comments, remote: { key } }: TicketReading,
  rules: TicketRules,
  who: (name: string) => string,
): { seen: SeenComments | null; deeds: TicketDeed[] } {
  if (!comments) return { seen: known, deeds: [] };
  const ids = new Set(known?.ids);
  const fresh = comments.filter(({ id }) => !ids.has(id));
  const digests = new Map(comments.map(({ id, text }) => [id, digestOfText(text)]));
  const seen = {
    ids: [...(known?.ids ?? []), ...fresh.map(({ id }) => id)].slice(-remembered),
    digests: Object.fromEntries(digests),
  };
  const isEdited = ({ id }: TicketComment) => {
    const before = known?.digests?.[id];
    return before !== undefined && before !== digests.get(id);
  };
  // A ticket that was there before comments were read: what was said until now was said to others.
  if ((known === null && remote !== null) || !rules.comments) return { seen, deeds: [] };
  const isTheirs = ({ isOwn, text }: TicketComment) => !isOwn && !isMarked(text) && text.trim() !== '';
  const words = comments.filter((comment) => isTheirs(comment) && (!ids.has(comment.id) || isEdited(comment)));
  const deeds = words.slice(-notesPerLook).map((comment): TicketDeed => {
    const [by, text] = isEdited(comment)
      ? [comment.editor ?? comment.author, `edited: ${comment.text}`]
      : [comment.author, comment.text];
    return { by: who(by), act: { kind: 'note', text: shortenText(text, noteCharacters - 1), ticket: key } };
  });
  return { seen, deeds };
}

function newsOf(before: RemoteTicket | null, { key, statusName, assignee }: RemoteTicket): Reason | null {
  if (before?.statusName === statusName && before.assignee === assignee) return null;
  const owner = assignee === null ? 'nobody' : shortenText(assignee, nameCharacters);
  const state = shortenText(statusName, nameCharacters);
  const figures = { ticket: key, state, ...(assignee === null ? {} : { assignee: owner }) };
  return { code: 'ticket_changed', text: `${key} is ${state}, assigned to ${owner}`, figures };
}
