import { canonicalJson } from '../desired/canonical-json.js';
import { verifyText } from '../desired/signing.js';
import type { ChainHead } from './chain.js';

/** The end of the audit's chain at some time, signed by the server for those who keep it: witnesses. */
export interface SignedEnd {
  /** Canonical JSON of `{ kind, seq, hash, at }`. */
  readonly text: string;
  /** With the context `carillon/v1/audit-end`. */
  readonly signature: string;
}

const kind = 'carillon/audit-end/v1';
/** From one signed end to the next. */
export const signEndEveryMs = 10 * 60_000;

export function endText({ seq, hash }: ChainHead, atMs: number): string {
  return canonicalJson({ kind, seq, hash, at: new Date(atMs).toISOString() });
}

export interface TimedEnd extends ChainHead {
  readonly atMs: number;
}

/** @returns null for what no such text is */
export function readEndText(text: string): TimedEnd | null {
  try {
    const value = JSON.parse(text) as { kind?: unknown; seq?: unknown; hash?: unknown; at?: unknown } | null;
    const { seq, hash } = value ?? {};
    const atMs = Date.parse(String(value?.at));
    const isSound =
      value?.kind === kind && Number.isSafeInteger(seq) && /^[0-9a-f]{64}$/.test(String(hash)) && atMs >= 0;
    return isSound ? { seq: seq as number, hash: hash as string, atMs } : null;
  } catch {
    return null;
  }
}

/** What an end says. @returns null when none of the keys signed it */
export function verifiedEnd({ text, signature }: SignedEnd, keys: readonly string[]): TimedEnd | null {
  return keys.some((key) => verifyText(key, 'carillon/v1/audit-end', text, signature)) ? readEndText(text) : null;
}

/**
 * Which end a witness keeps: the newer one. One that is not newer is not taken, so that a chain that was cut off or written
 * anew takes nothing from what it knows.
 * @param keys that the witness trusts
 */
export function keepEnd(kept: SignedEnd | null, offered: SignedEnd, keys: readonly string[]): SignedEnd | null {
  const end = verifiedEnd(offered, keys);
  if (end === null) return kept;
  return end.seq > ((kept && readEndText(kept.text)?.seq) ?? 0) ? offered : kept;
}

/** An end with when the witness was told it, by the witness's own clock. */
export interface SeenEnd extends SignedEnd {
  readonly seenAtMs: number;
}

const newestEnds = 12;
const daysKept = 90;
const dayMs = 86_400_000;

/**
 * What a witness keeps of all it was told: the newest ends, and the first of each day for 90 days. A signer that was stolen can
 * go on with another chain and sign higher numbers; what was told on the days before stays, and no number of new ends takes it away.
 * @param seen oldest first
 * @param keys that the witness trusts
 * @returns `seen` itself where the offer is none, or not newer
 */
export function keepSeen(
  seen: readonly SeenEnd[],
  { text, signature }: SignedEnd,
  keys: readonly string[],
  nowMs: number,
): readonly SeenEnd[] {
  const newest = seen.at(-1) ?? null;
  const offered = { text, signature };
  if (keepEnd(newest, offered, keys) !== offered) return seen;
  const all = [...seen, { ...offered, seenAtMs: nowMs }];
  const recent = all.slice(-newestEnds);
  const days = firstOfDays(all.slice(0, -newestEnds)).filter(({ seenAtMs }) => seenAtMs > nowMs - daysKept * dayMs);
  return [...days, ...recent];
}

function firstOfDays(seen: readonly SeenEnd[]): SeenEnd[] {
  const dayOf = ({ seenAtMs }: SeenEnd) => Math.floor(seenAtMs / dayMs);
  return seen.filter((end, index) => index === 0 || dayOf(end) !== dayOf(seen[index - 1] as SeenEnd));
}
