import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { hostsChanged, type PlannedDocument, planHash, plannedFields } from './plan.js';

const specOf = (part: object): object => {
  const read = readDocument({
    kind: 'Job',
    name: 'a',
    targets: { all: true },
    schedule: '0 2 * * *',
    run: 'x.exe',
    ...part,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value.spec;
};
const planned = (part: Partial<PlannedDocument> = {}): PlannedDocument => ({
  kind: 'Job',
  name: 'a',
  change: 'updated',
  before: specOf({}),
  after: specOf({ timeout: '1h' }),
  hostsBefore: ['x'],
  hostsAfter: ['x', 'Y'],
  ...part,
});

describe('fields of a plan', () => {
  it('are those of the file', () => expect(plannedFields(planned())).toEqual([{ path: 'timeout', after: '1h' }]));
  it('of a new document are all of them', () =>
    expect(plannedFields(planned({ before: null, change: 'created' })).map(({ path }) => path)).toEqual([
      'kind',
      'name',
      'targets',
      'schedule',
      'run',
      'timeout',
    ]));
  it('of an unchanged one are none', () => expect(plannedFields(planned({ change: 'unchanged' }))).toEqual([]));
  it('are in the words of the file where they are known', () =>
    expect(plannedFields(planned({ words: { before: { repeat: '1h' }, after: { repeat: '2h' } } }))).toEqual([
      { path: 'repeat', before: '1h', after: '2h' },
    ]));
});

describe('the hash of a plan', () => {
  const one = planHash([planned()], []);
  const move = { job: 'm', hostsBefore: ['a'], hostsAfter: ['b'] };
  it.each([
    [
      'the order of documents',
      planHash([planned({ name: 'b' }), planned()], []),
      planHash([planned(), planned({ name: 'b' })], []),
    ],
    ['the order and case of hosts', planHash([planned({ hostsAfter: ['y', 'X'] })], []), one],
  ])('does not care for %s', (_, hash, other) => expect(hash).toBe(other));
  it.each([
    ['what is stored', planHash([planned({ before: specOf({ owner: 'o' }) })], [])],
    ['that nothing is stored', planHash([planned({ before: null })], [])],
    ['what is asked for', planHash([planned({ after: specOf({}) })], [])],
    ['hosts that have it', planHash([planned({ hostsBefore: [] })], [])],
    ['hosts that get it', planHash([planned({ hostsAfter: ['x'] })], [])],
    ['a job that a group moves', planHash([planned()], [move])],
  ])('changes with %s', (_, hash) => {
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(hash).not.toBe(one);
  });
});

it('hosts are compared in any case', () =>
  expect(hostsChanged(['A', 'b'], ['a', 'C'])).toEqual({ gained: ['C'], lost: ['b'] }));
