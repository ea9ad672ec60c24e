import { sha256Hex } from '../desired/canonical-json.js';
import type { RingRule, RolloutRules } from './rollout-rules.js';

/** One past the last place. */
export const placeCount = 2 ** 32;

/** Of a job's version: a plan has the same order of hosts as the rollout that it is of. */
export function rolloutSeed(jobName: string, version: number): string {
  return `${jobName.toLowerCase()}/${version}`;
}

/**
 * A host's place in an order of its own, 0 to 2^32 - 1: another order for each seed, so that the same hosts are not always
 * first; the same on every machine, and whatever other hosts there are.
 */
export function hostPlace(seed: string, hostId: string): number {
  return Number.parseInt(sha256Hex(`${seed}/${hostId}`).slice(0, 8), 16);
}

/**
 * A ring as it was settled when a rollout started. Which ring a host is in depends on nothing but the host from then on:
 * hosts that join, leave or are labelled otherwise move no other, and never move back themselves.
 */
export type PlannedRing = {
  readonly rule: RingRule;
  /** Hosts that it added to those before, then. */
  readonly size: number;
} & (
  | { /** Places below this. */ readonly below: number }
  | { /** Ids of the hosts that had the labels. */ readonly hosts: readonly string[] }
);

/**
 * Settles the rings of a rollout that starts now, for the hosts that it concerns. A share is rounded up, so that a ring is
 * never without a host while there is one; rings that would add none are left out.
 * @param seed as of `rolloutSeed`
 * @returns fewer than two where there is nothing to do in steps
 */
export function planRings(
  { rings }: Pick<RolloutRules, 'rings'>,
  seed: string,
  hosts: readonly { readonly id: string; readonly labels: Readonly<Record<string, string>> }[],
): PlannedRing[] {
  const places = hosts.map(({ id }) => hostPlace(seed, id)).sort((a, b) => a - b);
  const planned: PlannedRing[] = [];
  const within = new Set<string>();
  for (const rule of rings) {
    const ring = planRing(rule, places, hosts);
    const before = within.size;
    for (const { id } of hosts) if (isInRing(id, seed, ring)) within.add(id);
    const size = within.size - before;
    const last = planned.at(-1);
    if (size > 0) planned.push({ ...ring, size });
    // Whoever joins later is in one of the rings.
    else if (rule === rings.at(-1) && last) planned[planned.length - 1] = { ...ring, size: last.size };
  }
  return planned;
}

/** The ring of a host, from 0; that of the last ring where none has it. */
export function ringOf(hostId: string, seed: string, rings: readonly PlannedRing[]): number {
  const found = rings.findIndex((ring) => isInRing(hostId, seed, ring));
  return found === -1 ? rings.length - 1 : found;
}

function planRing(
  rule: RingRule,
  places: readonly number[],
  hosts: readonly { readonly id: string; readonly labels: Readonly<Record<string, string>> }[],
): PlannedRing {
  if ('labels' in rule) {
    const wanted = Object.entries(rule.labels);
    const members = hosts.filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value));
    return { rule, size: 0, hosts: members.map(({ id }) => id) };
  }
  const count = Math.ceil((rule.percent / 100) * places.length);
  const below = rule.percent === 100 || count >= places.length ? placeCount : (places[count - 1] ?? 0) + 1;
  return { rule, size: 0, below };
}

function isInRing(hostId: string, seed: string, ring: PlannedRing): boolean {
  return 'below' in ring ? hostPlace(seed, hostId) < ring.below : ring.hosts.includes(hostId);
}
