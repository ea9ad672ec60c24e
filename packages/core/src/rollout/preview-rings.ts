import { planRings, ringOf, rolloutSeed } from './rings.js';
import { describeRing, type RolloutRules } from './rollout-rules.js';

interface ConcernedHost {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Which hosts a version would reach first. */
export interface RingPreview {
  /** `5%`, `labels ring=canary`. */
  readonly ring: string;
  /** Names, in the order that they were given in. */
  readonly hosts: readonly string[];
}

/**
 * The rings of a version before it is stored: the same as its rollout has when it is stored next, with these hosts.
 * @param concerned hosts that the old or the new version is for
 * @param selected those that the new one is for
 * @returns none where all have it at once
 */
export function previewRings(
  rules: RolloutRules | undefined,
  { job, version }: { readonly job: string; readonly version: number },
  concerned: readonly ConcernedHost[],
  selected: readonly ConcernedHost[],
): RingPreview[] {
  const seed = rolloutSeed(job, version);
  const rings = rules ? planRings(rules, seed, concerned) : [];
  if (rings.length < 2) return [];
  return rings.map(({ rule }, index) => ({
    ring: describeRing(rule),
    hosts: selected.filter(({ id }) => ringOf(id, seed, rings) === index).map(({ name }) => name),
  }));
}
