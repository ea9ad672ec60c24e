import { describe, expect, it } from 'vitest';
import { reconnectWait } from './reconnect-wait.js';
import { isOld } from './topics.js';

const asked = (path: string, data: unknown = undefined) =>
  ({ queryKey: [path, {}], state: { data } }) as unknown as Parameters<typeof isOld>[0];
const host = '01a209fb-3cb0-74df-baaf-b865520091aa';
const other = '01a209fb-3cb0-74df-baaf-b865520091bb';

describe('what a change makes old', () => {
  it('is what shows that topic, by route', () => {
    const runs = [{ topic: 'runs' as const, hostIds: null }];
    expect(['/runs', '/runs/:id', '/jobs', '/overview'].filter((path) => !isOld(asked(path), runs))).toEqual([]);
    expect(['/hosts', '/incidents', '/me'].filter((path) => isOld(asked(path), runs))).toEqual([]);
  });

  it('is nothing about another host, where the answer says which it is about', () => {
    const changed = [{ topic: 'hosts' as const, hostIds: [host] }];
    expect(isOld(asked('/hosts/:name', { id: host }), changed)).toBe(true);
    expect(isOld(asked('/hosts/:name', { id: other }), changed)).toBe(false);
    expect(isOld(asked('/hosts/:name'), changed)).toBe(true);
    expect(isOld(asked('/hosts', { pages: [] }), changed)).toBe(true);
  });
});

describe('the wait before the next try', () => {
  it('doubles up to half a minute, and never is short for all at once', () => {
    expect([0, 1, 2, 10].map((failures) => reconnectWait(failures, 0))).toEqual([500, 1_000, 2_000, 15_000]);
    expect(reconnectWait(0, 0.999)).toBeLessThan(1_000);
    expect(reconnectWait(100, 0.999)).toBeLessThan(30_000);
  });
});
