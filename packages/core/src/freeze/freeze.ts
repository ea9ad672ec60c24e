import { windowAt } from '../alert/quiet/windows.js';
import { fitsWildcard } from '../text/wildcard.js';
import type { FreezeCover, FreezeSpec } from './freeze.schema.js';

/** A job that is changed, with the hosts that have it before or after. */
export interface ChangedJob {
  readonly name: string;
  readonly hosts: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

/** A freeze that holds now. */
export interface HeldBy {
  readonly name: string;
  readonly reason: string;
  readonly untilMs: number;
}

/** The freeze that covers a change of this job at this moment; of several the one that ends last. */
export function freezeOf(freezes: readonly FreezeSpec[], job: ChangedJob, nowMs: number): HeldBy | null {
  return longest(
    freezes.filter((freeze) => covers(freeze.covers, job)),
    nowMs,
  );
}

/**
 * The freeze of hosts with labels that a host would leave by being labelled anew: else its jobs could be changed after all.
 * Coming under one holds nothing.
 */
export function freezeLeft(
  freezes: readonly FreezeSpec[],
  { before, after }: { before: Readonly<Record<string, string>>; after: Readonly<Record<string, string>> },
  nowMs: number,
): HeldBy | null {
  const left = freezes.filter(
    ({ covers: { labels } }) => labels && hasLabels(before, labels) && !hasLabels(after, labels),
  );
  return longest(left, nowMs);
}

/** Of those that hold now, the one that ends last. */
function longest(freezes: readonly FreezeSpec[], nowMs: number): HeldBy | null {
  let found: HeldBy | null = null;
  for (const freeze of freezes) {
    const open = windowAt(freeze, nowMs);
    if (open && (!found || open.untilMs > found.untilMs))
      found = { name: freeze.name, reason: freeze.reason, untilMs: open.untilMs };
  }
  return found;
}

/** Does it cover the job, whatever the time? */
export function covers({ all, jobs = [], labels }: FreezeCover, { name, hosts }: ChangedJob): boolean {
  if (all || jobs.some((pattern) => fitsWildcard(pattern, name))) return true;
  if (!labels) return false;
  return hosts.some((host) => hasLabels(host.labels, labels));
}

function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** `all`, or parts such as `job etl-*`, `env=prod`, for lists. */
export function describeCover({ all, jobs = [], labels = {} }: FreezeCover): string[] {
  if (all) return [];
  return [...jobs.map((name) => `job ${name}`), ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
}
