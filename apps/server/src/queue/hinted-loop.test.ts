import { afterEach, expect, it } from 'vitest';
import { HintedLoop, type Round } from './hinted-loop.js';
import { InProcessHints } from './in-process-hints.js';

const hints = new InProcessHints();
const open: HintedLoop[] = [];
afterEach(async () => {
  for (const loop of open.splice(0)) await loop.stop();
});

/** A loop whose rounds are `work`, with what its callers wait for: that its n-th round has begun. */
function loopOf(work: (round: number) => Promise<Round> | Round, pollMs = 600_000, clock = () => Date.now()) {
  let rounds = 0;
  let waiting: (() => void)[] = [];
  const round = async () => {
    rounds += 1;
    for (const tell of waiting.splice(0)) tell();
    return await work(rounds);
  };
  const loop = new HintedLoop({ subject: 'Test', hints: { from: hints, kind: 'alerts' }, pollMs, clock, round });
  open.push(loop);
  const begun = async (count: number) => {
    while (rounds < count) await new Promise<void>((resolve) => (waiting = [...waiting, resolve]));
  };
  return { loop, begun, count: () => rounds };
}

const idle: Round = { more: false };
const hint = () => hints.publish({ kind: 'alerts', hostIds: [] });

it('works at its start, when it is told to, and as long as there is more', async () => {
  const { loop, begun, count } = loopOf((round) => ({ more: round === 2 }));
  loop.start();
  await begun(1);
  hints.publish({ kind: 'notices', hostIds: [] });
  hint();
  await begun(3);
  await loop.stop();
  expect(count()).toBe(3);
});

it('has one round at a time, and another after a hint that came meanwhile', async () => {
  let end: () => void = () => undefined;
  let inside = 0;
  const { loop, begun } = loopOf(async (round) => {
    inside += 1;
    expect(inside).toBe(1);
    if (round === 1) await new Promise<void>((resolve) => (end = resolve));
    inside -= 1;
    return idle;
  });
  loop.start();
  await begun(1);
  hint();
  hint();
  end();
  await begun(2);
});

it('wakes when something is due, though no hint comes and the next poll is far', async () => {
  const { loop, begun } = loopOf(
    (round) => ({ more: false, wakeMs: round < 3 ? 1_000_010 : null }),
    600_000,
    () => 1e6,
  );
  loop.start();
  await begun(3);
});

it('tries again at the next poll after a round that failed', async () => {
  const { loop, begun } = loopOf((round) => {
    if (round < 3) throw new Error('the database is away');
    return idle;
  }, 5);
  loop.start();
  await begun(4);
});

it('ends after the round under way, and begins none', async () => {
  let end: () => void = () => undefined;
  const { loop, begun, count } = loopOf(async () => {
    await new Promise<void>((resolve) => (end = resolve));
    return { more: true };
  }, 1);
  loop.start();
  await begun(1);
  let isStopped = false;
  const stopped = loop.stop().then(() => (isStopped = true));
  hint();
  expect(isStopped).toBe(false);
  end();
  await stopped;
  loop.ask();
  loop.wakeAt(0);
  expect(count()).toBe(1);
});
