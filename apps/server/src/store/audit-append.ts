import { type AuditFacts, type ChainHead, nextLink } from '@carillon/core/audit/chain';
import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';

/** A statement on the connection of a transaction, whichever library holds it. */
export type RawQuery = <T>(sql: string, values: readonly unknown[]) => Promise<T[]>;

/** What is longer, in canonical JSON, is kept as its digest. */
const mostPartBytes = 8 * 1024;
const mostTextLetters = 2_000;

/**
 * Adds rows to the chain, in the transaction of what they tell of. Holds the end of the chain until that ends: to be the
 * last thing before the commit, so that nobody waits long, and no one who waits holds what we want.
 */
export async function appendAudit(query: RawQuery, facts: readonly AuditFacts[]): Promise<void> {
  const [head] = await query<ChainHead>('SELECT seq::float8 AS seq, hash FROM audit_head()', []);
  if (!head) throw new Error('audit: the database does not tell where the chain ends');
  const nowMs = Date.now();
  let at: ChainHead = head;
  const links = facts.map((each) => {
    const link = nextLink(at, nowMs, shortened(each));
    at = link;
    return link;
  });
  await query(
    `INSERT INTO audit_entry (seq, at, hash, body)
     SELECT x.seq, $2::timestamptz, x.hash, x.body FROM jsonb_to_recordset($1::jsonb) AS x(seq bigint, hash text, body text)
     ORDER BY x.seq`,
    [JSON.stringify(links), new Date(nowMs).toISOString()],
  );
}

function shortened(facts: AuditFacts): AuditFacts {
  const { before, after, given, text } = facts;
  return {
    ...facts,
    text: text === null ? null : text.slice(0, mostTextLetters),
    before: digestIfLong(before),
    after: digestIfLong(after),
    given: digestIfLong(given),
  };
}

function digestIfLong(part: Json): Json {
  const text = canonicalJson(part);
  const bytes = Buffer.byteLength(text);
  return bytes <= mostPartBytes ? part : digestOf(text);
}

/** Of something that is kept elsewhere, or nowhere. */
export function digestOf(text: string): { sha256: string; bytes: number } {
  return { sha256: sha256Hex(text), bytes: Buffer.byteLength(text) };
}
