import type { Schedule } from '@carillon/wintask/schedule/schedule';

/** A job and the jobs whose ends start it, by name. */
export interface Followed {
  readonly name: string;
  readonly after: readonly string[];
}

/** Names of the jobs that a job starts after, on any of its hosts. */
export function followedJobs(spec: {
  readonly schedule: Schedule;
  readonly overrides?: readonly { readonly schedule?: Schedule }[];
}): string[] {
  const schedules = [spec.schedule, ...(spec.overrides ?? []).map(({ schedule }) => schedule ?? [])];
  const names = schedules.flat().flatMap((entry) => (entry.kind === 'job' ? [entry.job] : []));
  return [...new Set(names)];
}

/**
 * Jobs that would start themselves again, each after the one before it, without an end. Only what goes through one of
 * `changed` is told, each circle once: the others are nobody's mistake just now. Which hosts have which job does not
 * matter, since targets change by themselves as hosts come.
 * @returns circles as the way around, `[a, b, a]` where a starts after b and b after a
 */
export function jobCycles(jobs: readonly Followed[], changed: readonly string[]): string[][] {
  const byKey = new Map(jobs.map((job) => [keyOf(job.name), job]));
  const told = new Set<string>();
  return changed.flatMap((name) => {
    const circle = wayBack(byKey, keyOf(name));
    const members = circle && [...new Set(circle)].sort().join('\n');
    if (circle === null || told.has(members ?? '')) return [];
    told.add(members ?? '');
    return [circle.map((key) => byKey.get(key)?.name ?? key)];
  });
}

/** Task Scheduler compares names without case. */
function keyOf(name: string): string {
  return name.toLowerCase();
}

/** The shortest way from a job over what it starts after back to itself: breadth first. */
function wayBack(byKey: ReadonlyMap<string, Followed>, start: string): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const key of (byKey.get(next)?.after ?? []).map(keyOf)) {
      if (key === start) return [...pathTo(cameFrom, start, next), start];
      if (cameFrom.has(key)) continue;
      cameFrom.set(key, next);
      queue.push(key);
    }
  }
  return null;
}

function pathTo(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const path = [end];
  for (let key = end; key !== start; ) {
    key = cameFrom.get(key) ?? start;
    path.unshift(key);
  }
  return path;
}
