import { windowAt } from '../alert/quiet/windows.js';
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
  let found: HeldBy | null = null;
  for (const freeze of freezes) {
    if (!covers(freeze.covers, job)) continue;
    const open = windowAt(freeze, nowMs);
    if (open && (!found || open.untilMs > found.untilMs))
      found = { name: freeze.name, reason: freeze.reason, untilMs: open.untilMs };
  }
  return found;
}

/** Does it cover the job, whatever the time? */
export function covers({ all, jobs = [], labels }: FreezeCover, { name, hosts }: ChangedJob): boolean {
  if (all || jobs.some((pattern) => matchesPattern(pattern, name))) return true;
  if (!labels) return false;
  return hosts.some((host) => Object.entries(labels).every(([key, value]) => host.labels[key] === value));
}

/** `all`, or parts such as `job etl-*`, `env=prod`, for lists. */
export function describeCover({ all, jobs = [], labels = {} }: FreezeCover): string[] {
  if (all) return [];
  return [...jobs.map((name) => `job ${name}`), ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
}

/** In any case, `*` for anything; without backtracking. */
function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
