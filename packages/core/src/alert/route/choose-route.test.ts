import { describe, expect, it } from 'vitest';
import { readDocument } from '../../document/read-document.js';
import { namesInRoute, type RouteSpec } from '../documents/route.schema.js';
import { chooseRoute } from './choose-route.js';

function route(fields: object): RouteSpec {
  const read = readDocument({ kind: 'Route', name: 'r', ...fields });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  if (read.value.kind !== 'Route') throw new Error('no route');
  return read.value.spec;
}
const first = (plan: ReturnType<typeof chooseRoute>) =>
  plan.steps[0]?.targets.map((target) => ('onCall' in target ? `@${target.onCall}` : target.channel));

describe('the way an incident takes', () => {
  it('is the shipped one when nobody wrote any', () => {
    expect(first(chooseRoute([], 'low', {}))).toEqual(['email']);
    expect(first(chooseRoute([], 'medium', {}))).toEqual(['email', 'sms']);
    const high = chooseRoute([], 'high', {});
    expect(first(high)).toEqual(['email', 'phone']);
    expect(high).toMatchObject({ route: 'default', groupWaitMs: 0, repeat: { everyMs: 14_400_000, times: 5 } });
    expect(chooseRoute([], 'low', {}).groupWaitMs).toBe(30_000);
  });

  it('is the first branch that fits, which says only what is other than above', () => {
    const tree = route({
      to: ['chat'],
      repeat: { every: '1h', times: 2 },
      routes: [
        { match: { role: 'db' }, to: { high: [{ onCall: 'DBA' }, { channel: 'SMS', to: '+491' }] }, groupWait: '5s' },
        { match: 'role=~.*', to: ['ops'] },
      ],
    });
    const plan = chooseRoute([tree], 'high', { role: 'db' });
    expect(first(plan)).toEqual(['@dba', 'sms']);
    expect(plan).toMatchObject({ route: 'r / route 1', groupWaitMs: 5_000, repeat: { everyMs: 3_600_000, times: 2 } });
    // It says nothing for low ones, so nobody is told: a decision of who wrote it, and told as one.
    expect(chooseRoute([tree], 'low', { role: 'db' }).steps).toEqual([]);
    expect(first(chooseRoute([tree], 'low', { role: 'web' }))).toEqual(['ops']);
  });

  it('goes on where a place says so, and joins the steps at their own times', () => {
    const audit = route({
      name: 'audit',
      order: 1,
      continue: true,
      to: ['archive'],
      escalate: [{ wait: '10m', to: 'boss' }],
    });
    const main = route({
      name: 'main',
      to: ['chat'],
      escalate: [
        { wait: '5m', to: 'sms' },
        { wait: '5m', to: 'phone' },
      ],
    });
    const plan = chooseRoute([main, audit], 'medium', {});
    expect(plan.route).toBe('audit, main');
    expect(
      plan.steps.map(({ waitMs, targets }) => [
        waitMs / 60_000,
        ...targets.map((to) => ('channel' in to ? to.channel : '')),
      ]),
    ).toEqual([
      [0, 'archive', 'chat'],
      [5, 'sms'],
      [5, 'boss', 'phone'],
    ]);
  });

  it('can be chosen by severity', () => {
    const urgent = route({ severity: ['high'], to: 'pager' });
    expect(first(chooseRoute([urgent], 'high', {}))).toEqual(['pager']);
    expect(chooseRoute([urgent], 'low', {}).route).toBe('default');
  });

  it('names the channels and schedules that have to be there', () => {
    const tree = route({
      to: ['chat'],
      routes: [{ escalate: [{ wait: '5m', to: { onCall: 'dba', channels: ['sms'] } }] }],
    });
    expect(namesInRoute(tree)).toEqual([
      { kind: 'Channel', name: 'chat', path: 'to' },
      { kind: 'OnCall', name: 'dba', path: 'routes[0].escalate[0].to' },
      { kind: 'Channel', name: 'sms', path: 'routes[0].escalate[0].to' },
    ]);
  });

  it.each([
    [{ repeat: { every: '1h', times: 6 } }, 'repeat.times'],
    [{ to: [{ channel: 'a', onCall: 'b' }] }, 'to[0]'],
    [{ escalate: [{ wait: '8d', to: 'x' }] }, 'escalate[0].wait'],
    [{ match: ['role~db'] }, 'match[0]'],
    [{ routes: [{ receiver: 'x' }] }, 'routes[0].receiver'],
  ])('refuses %j where it is wrong', (fields, path) => {
    const read = readDocument({ kind: 'Route', name: 'r', ...fields });
    expect(read.ok ? [] : read.problems.map((problem) => problem.path)).toEqual([path]);
  });
});
