import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditKind } from '@carillon/contract/http/audit.routes';
import type { AuditActName } from '@carillon/core/audit/acts';
import type { AuditFacts } from '@carillon/core/audit/chain';
import type { Json } from '@carillon/core/desired/canonical-json';
import { withCommitWork } from './at-commit.js';
import { appendAudit, type RawQuery } from './audit-append.js';

/** Who does something, by what way and from where. */
export interface AuditWho extends Pick<AuditFacts, 'account' | 'via' | 'token' | 'from'> {
  /** Null: not known yet, as while somebody signs in. */
  readonly actor: string | null;
}

/** What one row says. */
export interface AuditDeed {
  readonly kind: AuditKind;
  readonly act: AuditActName;
  readonly what: string;
  readonly text?: string | null | undefined;
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
  readonly given?: Json | undefined;
  readonly ref?: Json | undefined;
}

/** A request, or what stands for one, as the audit sees it. */
export interface AuditAct {
  who: AuditWho;
  readonly route: string | null;
  /** Written with the first transaction that changes anything, unless something more exact is noted in it. Null: only what is noted. */
  readonly deed: AuditDeed | null;
  /** Rows that were written for it. */
  rows: number;
  /** Its answer is given: what goes on after it is work of the server. */
  isOver: boolean;
}

interface Note extends AuditDeed {
  /** Who did what nobody asked for by a request, and by what way. */
  readonly by?: string | undefined;
  readonly via?: AuditFacts['via'] | undefined;
  readonly from?: string | undefined;
}

const acts = new AsyncLocalStorage<AuditAct | null>();
const notes = new AsyncLocalStorage<Note[]>();

/** Runs what somebody asked for; whatever it changes is written down as his. */
export function withinAct<T>(act: AuditAct, work: () => Promise<T>): Promise<T> {
  return acts.run(act, work);
}

/** Runs what is no part of what somebody does, such as counting attempts: it leaves no row. */
export function besideAct<T>(work: () => Promise<T>): Promise<T> {
  return acts.run(null, work);
}

/** Says who it is that signs in. */
export function actBy(who: Pick<AuditWho, 'account'> & { readonly actor: string }): void {
  const act = acts.getStore();
  if (act) act.who = { ...act.who, ...who };
}

/**
 * Says what is changed, inside the transaction that changes it; a row is written with its commit. What was `given`, and to
 * what it refers, is as the request says where it is left out. @param note `by` for what nobody asked for by a request: who
 * did it
 */
export function noteChange(note: Note): void {
  const list = notes.getStore();
  if (!list) throw new Error(`audit: ${note.kind} ${note.what} is noted outside of a transaction`);
  list.push(note);
}

/** Who does what is done now: a person by name, or the server by itself. */
export function whoActs(): string {
  const act = acts.getStore();
  return (act?.isOver === false ? act.who.actor : null) ?? 'carillon';
}

/** Whose request is being answered: his name, and his account; null: who holds the server's own token, or the server itself. */
export function callerActs(): { readonly actor: string; readonly account: string | null } {
  const act = acts.getStore();
  return { actor: whoActs(), account: (act?.isOver === false ? act.who.account : null) ?? null };
}

/** Whether the next change is to be written down, so that it needs a transaction. */
export function isAuditDue(): boolean {
  const act = acts.getStore();
  return act != null && isDue(act);
}

/** The work of one transaction, and the rows that it leaves in the audit, as its last statements. */
export async function audited<T>(query: RawQuery, work: () => Promise<T>): Promise<T> {
  const noted: Note[] = [];
  const result = await notes.run(noted, () => withCommitWork(query, work));
  const act = acts.getStore() ?? null;
  if (noted.length > 0) await append(query, act?.isOver ? null : act, noted);
  else if (act?.deed && isDue(act) && (await hasWritten(query))) await append(query, act, [act.deed]);
  return result;
}

/** Writes the row of an act that changed nothing in the database, such as a test of a channel. */
export async function appendAct(query: RawQuery, act: AuditAct, text?: string): Promise<void> {
  if (act.deed) await append(query, act, [text === undefined ? act.deed : { ...act.deed, text }]);
}

function isDue({ deed, rows, isOver, who }: AuditAct): boolean {
  return deed !== null && rows === 0 && !isOver && who.actor !== null;
}

/** Postgres gives a transaction its number when it first changes something. */
async function hasWritten(query: RawQuery): Promise<boolean> {
  const [row] = await query<{ wrote: boolean }>('SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS wrote', []);
  return row?.wrote === true;
}

async function append(query: RawQuery, act: AuditAct | null, noted: readonly Note[]): Promise<void> {
  await appendAudit(
    query,
    noted.map((note) => factsOf(act, note)),
  );
  if (act) act.rows += noted.length;
}

const nobody: Omit<AuditWho, 'actor'> = { account: null, via: 'server', token: null, from: null };

function factsOf(act: AuditAct | null, { by, via, from, ...note }: Note): AuditFacts {
  const { actor, ...who } = act?.who ?? { actor: null, ...nobody, ...(via ? { via } : {}), from: from ?? null };
  const { kind, act: done, what, text, before, after, given, ref } = { ...act?.deed, ...note };
  return {
    ...who,
    actor: actor ?? by ?? 'carillon',
    route: act?.route ?? null,
    kind,
    act: done,
    what,
    text: text ?? null,
    before: before ?? null,
    after: after ?? null,
    given: given ?? null,
    ref: ref ?? null,
  };
}
