/** An incident that was opened a moment ago, as far as storms depend on it. */
export interface Recent {
  readonly id: string;
  readonly policy: string;
  /** Label `site` of its hosts; undefined: none. */
  readonly site: string | undefined;
}

export interface Storm {
  /** What they share. */
  readonly by: 'policy' | 'site';
  readonly value: string;
  readonly members: readonly string[];
}

/** More than so many incidents within so long that share a site or a policy are told as one. */
export const stormRule = {
  more: 20,
  withinMs: 5 * 60_000,
  /** Fewer than that are told one by one again. */ calm: 5,
} as const;

/**
 * Storms among what was opened within five minutes, largest first; each incident is in one at most.
 * @param running storms that go on, by `policy=x` or `site=y`: they take in what comes, however little it is
 */
export function stormsOf(recent: readonly Recent[], running: ReadonlySet<string>): Storm[] {
  const groups = new Map<string, { by: Storm['by']; value: string; members: string[] }>();
  const add = (by: Storm['by'], value: string | undefined, id: string) => {
    // What is wrong with ourselves is told one by one.
    if (!value || (by === 'policy' && value === 'system')) return;
    const key = stormKey(by, value);
    const group = groups.get(key) ?? { by, value, members: [] };
    group.members.push(id);
    groups.set(key, group);
  };
  for (const { id, policy, site } of recent) {
    add('policy', policy, id);
    add('site', site, id);
  }
  const taken = new Set<string>();
  return [...groups.entries()]
    .filter(([key, { members }]) => members.length > stormRule.more || running.has(key))
    .sort(([a, one], [b, other]) => other.members.length - one.members.length || (a < b ? -1 : 1))
    .flatMap(([key, { by, value, members }]) => {
      const free = members.filter((id) => !taken.has(id));
      if (free.length <= stormRule.more && !running.has(key)) return [];
      for (const id of free) taken.add(id);
      return [{ by, value, members: free }];
    });
}

export function stormKey(by: Storm['by'], value: string): string {
  return `${by}=${value}`;
}
