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
