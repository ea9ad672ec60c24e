import { offsetMs, type Transition } from '../time/zone.js';
import { clockChanges } from './clock-changes.js';
import type { GridRule } from './rule.js';

const DAY = 86_400_000;
const NEAR = 2 * DAY;

/** A clock change with what makes it alike to others; `dayMs` is its local day in the grid's zone, a midnight read as UTC. */
interface ChangeKind {
  change: Transition;
  dayMs: number;
  kind: string;
}

const known = new Map<string, ChangeKind[]>();

/** The changes of both zones. Of one kind: same local time of day, same clocks of both, same other changes near by. */
function changeKinds(zone: string, host: string): ChangeKind[] {
  const key = `${zone} ${host}`;
  const found = known.get(key) ?? findKinds(zone, host);
  known.set(key, found);
  return found;
}

function findKinds(zone: string, host: string): ChangeKind[] {
  const all = (zone === host ? [host] : [host, zone]).flatMap(clockChanges);
  return all.map((change) => {
    const localMs = change.atMs + offsetMs(zone, change.atMs - 1);
    const dayMs = Math.floor(localMs / DAY) * DAY;
    const near = all
      .filter(({ atMs }) => Math.abs(atMs - change.atMs) <= NEAR)
      .map(({ atMs, beforeMs, afterMs }) => `${atMs - change.atMs} ${beforeMs} ${afterMs}`);
    const offsets = [zone, host].map((name) => offsetMs(name, change.atMs));
    return { change, dayMs, kind: `${localMs - dayMs} ${near} ${offsets}` };
  });
}

/**
 * The clock changes, of the grid's zone and of the host's, that can make a difference between a grid and triggers on
 * the same days: those near which the grid fires at all, one of each kind. Changes of one kind with the same firing days
 * around them differ in their date only, and times of day do not depend on it.
 */
export function changesThatMatter(rule: GridRule, host: string): Transition[] {
  const kinds = new Map<string, Transition>();
  for (const { change, dayMs, kind } of changeKinds(rule.zone, host)) {
    // Two days to either side, for changes near midnight and hosts on the other side of the date line.
    const around = [-2, -1, 0, 1, 2].map((by) => firesOn(rule, new Date(dayMs + by * DAY)));
    if (around.includes(true)) kinds.set(`${around} ${kind}`, change);
  }
  return [...kinds.values()];
}

function firesOn(rule: GridRule, day: Date): boolean {
  return rule.daysOf(day.getUTCFullYear(), day.getUTCMonth() + 1).includes(day.getUTCDate());
}
