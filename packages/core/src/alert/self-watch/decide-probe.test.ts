import { expect, it } from 'vitest';
import { decideProbe, type Probe, probeRules } from './decide-probe.js';

const rules = probeRules(300_000);
const beganMs = 10_000_000;
const begun: Probe = { beganMs, toldMs: null, endedMs: null, silentSinceMs: null };
const decide = (probe: Probe | null, nowMs: number, steadySinceMs = 0) =>
  decideProbe(probe, rules, steadySinceMs, nowMs);

it('begins at once where there was none, and then so often as the rules say', () => {
  expect(decide(null, beganMs)).toEqual({ kind: 'begin' });
  const ended = { ...begun, toldMs: beganMs + 300, endedMs: beganMs + 600 };
  expect(decide(ended, beganMs + 299_999)).toEqual({ kind: 'wait', untilMs: beganMs + 300_000 });
  expect(decide(ended, beganMs + 300_000)).toEqual({ kind: 'begin' });
});

it('says once that one is late, and whether it came half the way', () => {
  expect(decide(begun, beganMs + 59_999)).toEqual({ kind: 'wait', untilMs: beganMs + 60_000 });
  expect(decide(begun, beganMs + 60_000)).toMatchObject({
    kind: 'late',
    reason: { code: 'self_watch_silent', text: expect.stringContaining('nobody was told of it') },
  });
  expect(decide({ ...begun, toldMs: beganMs + 1 }, beganMs + 60_000)).toMatchObject({
    reason: { text: expect.stringContaining('its end was not told') },
  });
  const silent = { ...begun, silentSinceMs: beganMs + 60_000 };
  expect(decide(silent, beganMs + 61_000)).toEqual({ kind: 'wait', untilMs: beganMs + 300_000 });
  expect(decide(silent, beganMs + 300_000)).toEqual({ kind: 'begin' });
});

it('does not count the time in which no server was there', () => {
  const steadySinceMs = beganMs + 3_600_000;
  expect(decide(begun, steadySinceMs + 1, steadySinceMs)).toEqual({ kind: 'begin' });
  const lately = { ...begun, beganMs: steadySinceMs - 100_000 };
  expect(decide(lately, steadySinceMs + 59_000, steadySinceMs).kind).toBe('wait');
  expect(decide(lately, steadySinceMs + 60_000, steadySinceMs).kind).toBe('late');
});

it('is late before the next is due, however short the rules are', () => {
  const short = probeRules(10_000);
  expect(decideProbe(begun, short, 0, beganMs + 10_000).kind).toBe('late');
});
