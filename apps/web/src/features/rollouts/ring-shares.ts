/** What a bar of rings is made of. */
interface Rings {
  readonly rings: readonly { readonly ring: string; readonly hosts: number }[];
  readonly open: number;
  readonly health: { readonly applied: number; readonly hosts: number };
}

/** The rings of a rollout as parts of one bar of 100; the newest open one is done when its hosts all have the version. */
export function ringsShown({ rings, open, health }: Rings) {
  const total = Math.max(
    1,
    rings.reduce((sum, { hosts }) => sum + hosts, 0),
  );
  return rings.map(({ ring, hosts }, index) => ({
    ring,
    hosts,
    percent: (hosts / total) * 100,
    done: index < open - 1 || (index === open - 1 && health.hosts > 0 && health.applied >= health.hosts),
  }));
}
