import { type PlannedRing, ringOf } from './rings.js';

/** A version on its way: the hosts of its open rings have it. */
export interface RolloutLayer {
  readonly version: number;
  /** Which makes the order of hosts. */
  readonly seed: string;
  readonly rings: readonly PlannedRing[];
  /** How many rings are open, at least one. */
  readonly open: number;
}

/**
 * Which versions of a job are on their way. A version that is applied while another is on its way lies over it: hosts that
 * had moved stay where they are until the newest reaches them.
 */
export interface RolloutCourse {
  /** The version that all hosts had last; null: they had none. */
  readonly base: number | null;
  /** Oldest first. */
  readonly layers: readonly RolloutLayer[];
}

/** The version of which it is to be said whether a host has it, by its targets; null: none yet. */
export function versionFor(hostId: string, { base, layers }: RolloutCourse): number | null {
  for (const { version, seed, rings, open } of [...layers].reverse())
    if (ringOf(hostId, seed, rings) < open) return version;
  return base;
}

/** A further ring is open. With the last one, all hosts have the version, and nothing is on its way any more. */
export function openRing(course: RolloutCourse, open: number): RolloutCourse {
  const layer = course.layers.at(-1);
  if (!layer) return course;
  if (open >= layer.rings.length) return { base: layer.version, layers: [] };
  return { base: course.base, layers: [...course.layers.slice(0, -1), { ...layer, open }] };
}
