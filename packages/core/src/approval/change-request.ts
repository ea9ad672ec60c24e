import { type HostGroup, matchesTarget, type TargetHost } from '../host/target.js';
import type { RecordText } from '../text/record-texts.js';

/** Most approvals that a group may ask for. */
export const mostApprovals = 2;
/** How long a request waits for approvals. */
export const requestLifeMs = 7 * 86_400_000;

/**
 * `open`: waits. `applied`: done, whole. `rejected`, `withdrawn`: somebody said no. `expired`: nobody said enough in time.
 * `stale`: it would do something else by now than what was to be approved.
 */
export const requestStates = ['open', 'applied', 'rejected', 'withdrawn', 'expired', 'stale'] as const;
export type RequestState = (typeof requestStates)[number];

/** What a change moves. */
export interface MovedThings {
  /** All groups as they are before it. */
  readonly groups: readonly HostGroup[];
  /** Hosts whose jobs or labels change, or may come to; one whose labels change stands there twice, before and after. */
  readonly hosts: readonly TargetHost[];
  /** Names of groups that it changes itself. */
  readonly changedGroups: readonly string[];
  /** Names of groups that targets of changed jobs name, whoever is in them now. */
  readonly targetedGroups: readonly string[];
}

export interface ApprovalNeed {
  readonly required: number;
  /** Protected groups that are touched. */
  readonly groups: readonly string[];
  /** Their hosts that are moved, by name. */
  readonly hosts: readonly string[];
}

/**
 * Whether others must approve a change: of jobs on hosts of protected groups, or of such a group itself. A group is
 * protected by what it is before the change: nothing takes its own protection away, and to protect more asks for nobody.
 * @returns null when nobody has to
 */
export function approvalNeeded({ groups, hosts, changedGroups, targetedGroups }: MovedThings): ApprovalNeed | null {
  const named = new Set([...changedGroups, ...targetedGroups].map((name) => name.toLowerCase()));
  const touched = groups.flatMap((group) => {
    if (!group.approval) return [];
    const inside = hosts.filter((host) => matchesTarget({ groups: [group.name] }, host, groups));
    return inside.length > 0 || named.has(group.name.toLowerCase()) ? [{ group, inside }] : [];
  });
  if (touched.length === 0) return null;
  return {
    required: Math.max(...touched.map(({ group }) => group.approval?.required ?? 1)),
    groups: touched.map(({ group }) => group.name).sort(),
    hosts: [...new Set(touched.flatMap(({ inside }) => inside.map(({ name }) => name)))].sort(),
  };
}

/** Whose a caller's name is: who comes by a token is called `OWNER:TOKEN`, and names of accounts have no colon. */
export function personOf(callerName: string): string {
  return callerName.split(':')[0] ?? callerName;
}

export interface RequestFacts {
  readonly state: RequestState;
  readonly expiresAtMs: number;
  /** Account of its author; null: who holds the server's own token. */
  readonly author: string | null;
  /** As the author is called. */
  readonly authorName: string;
  /** Accounts that have approved it. */
  readonly approvedBy: readonly string[];
}

/** Who decides about a request. A token is its owner. */
export interface Decider {
  /** Null: who holds the server's own token, which is nobody in particular. */
  readonly account: string | null;
  readonly name: string;
  readonly isPerson: boolean;
}

export const decisionRefusals = [
  'not_open',
  'expired',
  'own_request',
  'no_person',
  'already_approved',
  'not_author',
] as const;
export type DecisionRefusal = (typeof decisionRefusals)[number];
type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: DecisionRefusal };

const no = (reason: DecisionRefusal): Verdict => ({ ok: false, reason });

/**
 * May this person approve this request? People are counted, not tokens: the author may not, whichever way he comes, nobody
 * counts twice, and a service or the server's own token is nobody who could be the second pair of eyes.
 */
export function judgeApproval(request: RequestFacts, by: Decider, nowMs: number): Verdict {
  const open = judgeOpen(request, nowMs);
  if (!open.ok) return open;
  if (by.account === null || !by.isPerson) return no('no_person');
  if (isAuthor(request, by)) return no('own_request');
  return request.approvedBy.includes(by.account) ? no('already_approved') : { ok: true };
}

/** May he say no to it? Whoever may approve may; the author withdraws instead. */
export function judgeRejection(request: RequestFacts, by: Decider, nowMs: number): Verdict {
  const open = judgeOpen(request, nowMs);
  if (!open.ok) return open;
  return isAuthor(request, by) ? no('own_request') : { ok: true };
}

/** May he take it back? Only who made it. */
export function judgeWithdrawal(request: RequestFacts, by: Decider, nowMs: number): Verdict {
  const open = judgeOpen(request, nowMs);
  if (!open.ok) return open;
  return isAuthor(request, by) ? { ok: true } : no('not_author');
}

/** How many approvals count: those of people who still may approve. */
export function countApprovals(approvedBy: readonly string[], mayStill: ReadonlySet<string>): number {
  return new Set(approvedBy.filter((account) => mayStill.has(account))).size;
}

/** What a request would do to one thing, in a form that is compared. */
export interface ComparedPart {
  /** `Job nightly`. */
  readonly what: string;
  /** Everything that is bound by an approval. */
  readonly said: string;
}

/** What became different about a request since it was made, for people. */
export function whatChanged(before: readonly ComparedPart[], after: readonly ComparedPart[]): RecordText[] {
  const [was, is] = [before, after].map((parts) => new Map(parts.map(({ what, said }) => [what, said])));
  return [...new Set([...before, ...after].map(({ what }) => what))].flatMap((what): RecordText[] => {
    const [old, now] = [was?.get(what), is?.get(what)];
    if (old === now) return [];
    if (old === undefined) return [`${what}: it would be changed now, and would not have been`];
    return now === undefined
      ? [`${what}: it would not be changed any more`]
      : [`${what}: ${firstDifference(old, now)}`];
  });
}

function judgeOpen({ state, expiresAtMs }: RequestFacts, nowMs: number): Verdict {
  if (state !== 'open') return no('not_open');
  return expiresAtMs <= nowMs ? no('expired') : { ok: true };
}

function isAuthor({ author, authorName }: RequestFacts, { account, name }: Decider): boolean {
  return author === account || personOf(authorName).toLowerCase() === personOf(name).toLowerCase();
}

const shownCharacters = 60;

function firstDifference(old: string, now: string) {
  let at = 0;
  while (at < old.length && old[at] === now[at]) at += 1;
  const from = Math.max(0, at - 20);
  const shown = (text: string) => JSON.stringify(text.slice(from, from + shownCharacters));
  return `was ${shown(old)}, is ${shown(now)}` as const;
}
