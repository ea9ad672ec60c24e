import { describe, expect, it } from 'vitest';
import { mergeChanges, mostHostsOfChange } from './changes.js';

describe('changes put together', () => {
  it('name each topic once and each host once', () => {
    const merged = mergeChanges(
      [
        { topic: 'runs', hostIds: ['a', 'a'] },
        { topic: 'jobs', hostIds: null },
      ],
      [
        { topic: 'runs', hostIds: ['b', 'a'] },
        { topic: 'hosts', hostIds: ['c'] },
      ],
    );
    expect(merged).toEqual([
      { topic: 'runs', hostIds: ['a', 'b'] },
      { topic: 'jobs', hostIds: null },
      { topic: 'hosts', hostIds: ['c'] },
    ]);
  });

  it('stay "all hosts" once they were, whatever comes before or after', () => {
    const all = { topic: 'runs', hostIds: null } as const;
    const one = { topic: 'runs', hostIds: ['a'] } as const;
    expect(mergeChanges([all], [one])).toEqual([all]);
    expect(mergeChanges([one], [all])).toEqual([all]);
  });

  it('name no more hosts than fit into a small message', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `host-${index}`);
    const runs = (count: number) => [{ topic: 'runs' as const, hostIds: names(count) }];
    expect(mergeChanges([], runs(mostHostsOfChange))[0]?.hostIds).toHaveLength(mostHostsOfChange);
    expect(mergeChanges([], runs(mostHostsOfChange + 1))[0]?.hostIds).toBeNull();
  });
});
