import { sha256Hex } from '../desired/canonical-json.js';
import {
  judgeKeySet,
  type KeySet,
  readKeySet,
  rootFingerprint,
  type SignedKeySet,
  trustedKeys,
} from '../signing/key-set.js';
import { findKept } from './chain-watch.js';
import { readEndText, type SignedEnd, type TimedEnd, verifiedEnd } from './witness.js';

/** What one host keeps of the audit. */
export interface WitnessSaid {
  readonly host: string;
  /** Oldest first. */
  readonly ends: readonly SignedEnd[];
  /** The keys that the host obeys; null where it has pinned no root. */
  readonly keys: SignedKeySet | null;
}

/** What comes of comparing what a host keeps with the chain. */
export type WitnessVerdict =
  | {
      readonly host: string;
      readonly code: 'fits';
      readonly from: TimedEnd;
      readonly to: TimedEnd;
      readonly count: number;
    }
  /** Some end of it is signed and not in the chain: the one that was signed first. */
  | { readonly host: string; readonly code: 'cut_off' | 'rewritten'; readonly end: TimedEnd; readonly text: string }
  /** It keeps nothing yet. */
  | { readonly host: string; readonly code: 'nothing' }
  /** Nothing that it keeps is signed by a key of the root: it proves nothing, for or against. */
  | { readonly host: string; readonly code: 'unsigned'; readonly text: string };

/**
 * Keys that ends may be signed by: of the newest set of keys that hosts pinned and that its root signed.
 * @param root fingerprint of the root that whoever checks knows from elsewhere; null: that of the first host counts
 * @returns null when no host has such a set
 */
export function witnessKeys(
  said: readonly WitnessSaid[],
  root: string | null,
): { root: string; keys: string[] } | null {
  const sets = said.flatMap(({ keys }) => (keys ? keySetOf(keys) : []));
  const wanted = root ?? (sets[0] && fingerprint(sets[0]));
  const ours = sets.filter((set) => fingerprint(set) === wanted);
  const newest = ours.reduce<KeySet | null>((best, set) => (best && best.version >= set.version ? best : set), null);
  return newest && wanted !== undefined ? { root: wanted, keys: trustedKeys(newest) } : null;
}

const fingerprint = ({ root }: KeySet) => rootFingerprint(root, sha256Hex);

function keySetOf(offer: SignedKeySet): KeySet[] {
  const root = readKeySet(offer.text)?.root;
  if (root === undefined) return [];
  const verdict = judgeKeySet(offer, { root, version: 0, signerKeys: [] });
  return verdict.ok ? [verdict.keySet] : [];
}

/** Numbers of the rows that the ends are about: what has to be looked up in the chain. */
export function rowsOfEnds(said: readonly WitnessSaid[]): Set<number> {
  return new Set(said.flatMap(({ ends }) => ends.map(({ text }) => readEndText(text)?.seq ?? 0)));
}

/**
 * Whether what a host keeps is in the chain still.
 * @param keys whose signatures count
 * @param hashes of the chain's rows, by number; undefined: there is no such row
 */
export function judgeWitness(
  { host, ends }: WitnessSaid,
  keys: readonly string[],
  hashes: ReadonlyMap<number, string | null>,
): WitnessVerdict {
  if (ends.length === 0) return { host, code: 'nothing' };
  const signed = ends.flatMap((end) => verifiedEnd(end, keys) ?? []);
  const [from] = signed;
  const to = signed.at(-1);
  if (!from || !to)
    return { host, code: 'unsigned', text: `none of its ${ends.length} ends is signed by a key of the root` };
  for (const end of signed) {
    const problem = findKept(end, hashes.get(end.seq));
    if (problem && (problem.code === 'cut_off' || problem.code === 'rewritten'))
      return { host, code: problem.code, end, text: problem.text };
  }
  return { host, code: 'fits', from, to, count: signed.length };
}
