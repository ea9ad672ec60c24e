import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { freezeLeft, freezeOf } from './freeze.js';
import type { FreezeSpec } from './freeze.schema.js';

const nowMs = Date.parse('2026-12-24T12:00:00Z');
const times = { from: '2026-12-20T00:00', until: '2027-01-04T06:00', timezone: 'Europe/Berlin' };
const read = (changes: object) => readDocument({ kind: 'Freeze', name: 'Year end', reason: 'closing', ...changes });

function freeze(changes: object): FreezeSpec {
  const result = read({ covers: { all: true }, ...times, ...changes });
  if (!result.ok || result.value.kind !== 'Freeze') throw new Error(JSON.stringify(result));
  return result.value.spec;
}

const job = (name: string, ...hosts: Record<string, string>[]) => ({
  name,
  hosts: hosts.map((labels) => ({ labels })),
});

describe('a freeze', () => {
  it.each<[string, object, ReturnType<typeof job>, boolean]>([
    ['of everything', { all: true }, job('any'), true],
    ['of a job', { jobs: ['Payroll'] }, job('payroll'), true],
    ['of another job', { jobs: ['Payroll'] }, job('payroll-2'), false],
    ['of jobs by a pattern', { jobs: ['pay*-eu'] }, job('Payroll-EU'), true],
    ['of jobs by a pattern, not by half of it', { jobs: ['ab*ba'] }, job('aba'), false],
    ['of hosts with labels', { labels: { env: 'prod' } }, job('x', { env: 'test' }, { env: 'prod' }), true],
    ['of other hosts', { labels: { env: 'prod', role: 'db' } }, job('x', { env: 'prod' }), false],
    ['of jobs, or of hosts', { jobs: ['a'], labels: { env: 'prod' } }, job('b', { env: 'prod' }), true],
  ])('%s', (_what, covers, changed, isHeld) => {
    const held = freezeOf([freeze({ covers })], changed, nowMs);
    expect(held !== null).toBe(isHeld);
  });

  it('holds in its times, on the clocks of its zone', () => {
    const until = Date.parse('2027-01-04T05:00:00Z');
    expect(freezeOf([freeze({})], job('x'), nowMs)).toEqual({ name: 'Year end', reason: 'closing', untilMs: until });
    expect(freezeOf([freeze({})], job('x'), until)).toBeNull();
    const weekly = { from: undefined, until: undefined, weekly: [{ days: 'fri', from: '16:00', to: '23:00' }] };
    expect(freezeOf([freeze(weekly)], job('x'), Date.parse('2026-12-25T15:30:00Z'))).not.toBeNull();
    expect(freezeOf([freeze(weekly)], job('x'), nowMs)).toBeNull();
  });

  it('is not left by labelling a host anew while it holds', () => {
    const prod = freeze({ covers: { labels: { env: 'prod' } } });
    const left = (before: Record<string, string>, after: Record<string, string>, atMs = nowMs) =>
      freezeLeft([prod, freeze({})], { before, after }, atMs)?.name;
    expect(left({ env: 'prod' }, { env: 'test' })).toBe('Year end');
    expect(left({ env: 'prod' }, {})).toBe('Year end');
    expect(left({ env: 'prod' }, { env: 'prod', rack: '7' })).toBeUndefined();
    expect(left({}, { env: 'prod' })).toBeUndefined();
    expect(left({ env: 'prod' }, {}, Date.parse('2027-02-01T00:00:00Z'))).toBeUndefined();
  });

  it('that ends last is told', () => {
    const short = freeze({ name: 'short', until: '2026-12-25T00:00' });
    expect(freezeOf([short, freeze({}), short], job('x'), nowMs)?.name).toBe('Year end');
  });

  it.each<[string, object, string]>([
    ['without what it covers', times, 'covers'],
    ['that covers nothing', { covers: {}, ...times }, 'covers'],
    ['without an end', { covers: { all: true }, from: times.from }, 'until'],
    ['without a reason', { covers: { all: true }, ...times, reason: undefined }, 'reason'],
    ['of a name that no job can have', { covers: { jobs: ['a/b'] }, ...times }, 'covers.jobs[0]'],
    ['of a zone that does not exist', { covers: { all: true }, ...times, timezone: 'Mars/Olympus' }, 'timezone'],
    ['of another key', { covers: { job: ['a'] }, ...times }, 'covers.job'],
  ])('%s is refused', (_what, changes, path) => {
    const result = read(changes);
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toContain(path);
  });
});
