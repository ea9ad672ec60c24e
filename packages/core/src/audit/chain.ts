import { canonicalJson, type Json, sha256Hex } from '../desired/canonical-json.js';

/** What a row of the audit says besides its place in the chain. Never a secret: it is kept for ever and handed on. */
export interface AuditFacts {
  /** Of whom it was: the name of an account, of an account and its token (`ann:deploy`), or of what did it by itself. */
  readonly actor: string;
  /** Null: the administrator of the token file, or no person. */
  readonly account: string | null;
  readonly via: 'session' | 'token' | 'open' | 'link' | 'agent' | 'server';
  /** Id of the API token, when it came by one. */
  readonly token: string | null;
  /** Address that it came from; null: from the server itself. */
  readonly from: string | null;
  /** Operation of the API, `hosts.setLabels`; null where it came another way. */
  readonly route: string | null;
  readonly kind: string;
  readonly act: string;
  readonly what: string;
  readonly text: string | null;
  /** How it was and how it is, or their digests. */
  readonly before: Json;
  readonly after: Json;
  /** What was asked for, of what may be shown. */
  readonly given: Json;
  /** The version of a job, or the change of a document, that holds the whole. */
  readonly ref: Json;
}

/** The end of a chain: `seq` of its newest row. */
export interface ChainHead {
  readonly seq: number;
  /** Of the newest row, in 64 hexadecimal digits; `noHash` before the first. */
  readonly hash: string;
}

export interface ChainLink extends ChainHead {
  readonly previous: string;
  /** What is hashed: canonical JSON (RFC 8785) of the facts with `seq`, `at` and `previous`. */
  readonly body: string;
}

/** What the first row of a chain follows. */
export const noHash = '0'.repeat(64);

/**
 * The next link: its hash is over all it says and over the hash before it, so that no row can be changed, taken out,
 * put in or moved without all later ones.
 * @param atMs milliseconds since 1970
 */
export function nextLink(head: ChainHead, atMs: number, facts: AuditFacts): ChainLink {
  const place = { seq: head.seq + 1, at: new Date(atMs).toISOString(), previous: head.hash };
  const body = canonicalJson({ ...facts, ...place });
  return { seq: place.seq, previous: head.hash, body, hash: sha256Hex(body) };
}

/** A row as it is kept. `hash` is null for rows from before there was a chain: nothing vouches for those. */
export interface KeptLink {
  readonly seq: number;
  readonly at: string;
  readonly hash: string | null;
  readonly body: string;
}

/**
 * What does not fit. `missing`: rows were taken out, or put in under a number of their own. `changed`: it does not say
 * what was hashed. `cut`: it does not follow the row before it. `unchained`: a row without a hash among those with one.
 */
export type ChainProblem = {
  readonly code: 'missing' | 'changed' | 'cut' | 'unchained';
  readonly seq: number;
  readonly text: string;
};

export type ChainVerdict =
  | { readonly ok: true; readonly head: ChainHead; readonly unchained: number }
  | { readonly ok: false; readonly problem: ChainProblem };

/** Where a check stands, so that a long chain can be looked at page by page. */
export interface ChainPlace {
  readonly head: ChainHead;
  /** Rows from before the chain, which come first. */
  readonly unchained: number;
}

export const chainStart: ChainPlace = { head: { seq: 0, hash: noHash }, unchained: 0 };

/** Checks the rows that follow a place, in their order. Stops at the first that does not fit. */
export function checkLinks(place: ChainPlace, rows: readonly KeptLink[]): ChainVerdict {
  let { head, unchained } = place;
  for (const row of rows) {
    const problem = problemOf(head, unchained, row);
    if (problem) return { ok: false, problem: { ...problem, seq: row.seq } };
    if (row.hash === null) unchained += 1;
    head = { seq: row.seq, hash: row.hash ?? noHash };
  }
  return { ok: true, head, unchained };
}

function problemOf(head: ChainHead, unchained: number, row: KeptLink): Omit<ChainProblem, 'seq'> | null {
  if (row.seq !== head.seq + 1)
    return { code: 'missing', text: `expected number ${head.seq + 1} after ${head.seq}, got ${row.seq}` };
  if (row.hash === null)
    return unchained === head.seq ? null : { code: 'unchained', text: 'it has no hash, and rows before it have one' };
  if (sha256Hex(row.body) !== row.hash)
    return { code: 'changed', text: `its hash is ${row.hash}, what it says hashes to ${sha256Hex(row.body)}` };
  const said = placeIn(row.body);
  if (said === null) return { code: 'changed', text: 'it is no canonical JSON with seq, at and previous' };
  if (said.seq !== row.seq || said.at !== row.at)
    return {
      code: 'changed',
      text: `it says number ${said.seq} at ${said.at}, and is kept as ${row.seq} at ${row.at}`,
    };
  if (said.previous !== head.hash)
    return { code: 'cut', text: `it follows ${said.previous}, and the row before it is ${head.hash}` };
  return null;
}

/** Whoever writes JSON another way was not the product. */
function placeIn(body: string): { seq: number; at: string; previous: string } | null {
  try {
    const value = JSON.parse(body) as { seq?: unknown; at?: unknown; previous?: unknown };
    const { seq, at, previous } = value;
    if (typeof seq !== 'number' || typeof at !== 'string' || typeof previous !== 'string') return null;
    return canonicalJson(value as Json) === body ? { seq, at, previous } : null;
  } catch {
    return null;
  }
}
