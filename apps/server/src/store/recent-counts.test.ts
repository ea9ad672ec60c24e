import { describe, expect, it } from 'vitest';
import { RecentCounts } from './recent-counts.js';

/** Counts that go up by one each time they are counted, when the test lets them. */
function counter(rows: number) {
  const ends: (() => void)[] = [];
  let counted = 0;
  const recent = new RecentCounts(
    () =>
      new Promise<number>((resolve) =>
        ends.push(() => {
          counted += 1;
          resolve(counted);
        }),
      ),
    () => rows,
  );
  const ask = async (nowMs: number) => {
    const answer = recent.get(nowMs);
    for (const end of ends.splice(0)) end();
    return (await answer).counts;
  };
  return { recent, ask, ends };
}

describe('counts of late', () => {
  it('are counted anew for a small fleet each time', async () => {
    const { ask } = counter(4_999);
    expect([await ask(0), await ask(0), await ask(1)]).toEqual([1, 2, 3]);
  });

  it('are shared in a large one, begun anew in time, and never older than a second', async () => {
    const { ask } = counter(5_000);
    expect([await ask(0), await ask(399)]).toEqual([1, 1]);
    expect(await ask(400)).toBe(1);
    expect(await ask(401)).toBe(2);
    expect(await ask(400 + 1_000)).toBe(3);
    // A clock that was set back.
    expect(await ask(0)).toBe(4);
  });

  it('are counted once for all who ask while they are', async () => {
    const { recent, ask, ends } = counter(5_000);
    await ask(0);
    const both = [recent.get(2_000), recent.get(2_000)];
    expect(ends).toHaveLength(1);
    ends[0]?.();
    expect((await Promise.all(both)).map(({ counts, atMs }) => [counts, atMs])).toEqual([
      [2, 2_000],
      [2, 2_000],
    ]);
  });
});
