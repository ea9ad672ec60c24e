import { describe, expect, it } from 'vitest';
import { presenceOf } from './presence.js';
import { describeTarget, matchesTarget, unknownGroups } from './target.js';

const host = { name: 'DB-01', labels: { role: 'db', env: 'prod' } };
const groups = [
  { name: 'Prod', labels: { env: 'prod' } },
  { name: 'named', hosts: ['db-01'] },
];

describe('a target', () => {
  it.each([
    [{ all: true }, true],
    [{ labels: { role: 'db' } }, true],
    [{ labels: { role: 'db', env: 'test' } }, false],
    [{ hosts: ['db-01'] }, true],
    [{ groups: ['prod'] }, true],
    [{ groups: ['other', 'NAMED'] }, true],
    [{ groups: ['other'] }, false],
    [{ labels: { role: 'db' }, hosts: ['web-01'] }, false],
    [{ labels: { constructor: 'x' } }, false],
    [{}, false],
  ] as const)('%j matches: %s', (target, expected) => {
    expect(matchesTarget(target as never, host, groups)).toBe(expected);
  });

  it('names groups that nobody saved, and itself in words', () => {
    expect(unknownGroups({ groups: ['PROD', 'x'] }, groups)).toEqual(['x']);
    expect(describeTarget({ labels: { role: 'db' }, groups: ['x'] })).toBe('labels role=db and groups x');
  });
});

describe('presence', () => {
  it.each([
    [null, false, 'never-seen'],
    [1_000, true, 'online'],
    [1_000, false, 'lagging'],
    [120_000, true, 'lagging'],
    [180_000, true, 'offline'],
    [180_000, false, 'offline'],
  ])('silent for %s ms, connected %s: %s', (silentMs, connected, expected) => {
    const nowMs = 1_000_000;
    expect(presenceOf({ lastSeenMs: silentMs === null ? null : nowMs - silentMs, connected, nowMs })).toBe(expected);
  });
});
