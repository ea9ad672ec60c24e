import { describe, expect, it } from 'vitest';
import { chooseDropped } from './drop-order.js';

const event = (kind: string, runId: string | null = null) => ({ kind, runId, bytes: 10 });
/** Oldest first; the start of run b is the only one without an end. */
const spool = [
  event('spool.lost'),
  event('run.finished', 'a'),
  event('run.started', 'b'),
  event('task.changed'),
  event('run.waiting', 'c'),
  event('run.skipped', 'c'),
];

describe('what is dropped from a full spool', () => {
  it.each([
    ['nothing when there is room', 0, []],
    ['first a start that its end repeats', 10, [4]],
    ['then notes that are no runs', 11, [4, 3]],
    ['then starts', 30, [4, 3, 2]],
    ['then results, the oldest first', 40, [4, 3, 2, 1]],
    ['last what was lost before', 60, [4, 3, 2, 1, 5, 0]],
  ])('%s', (_name, bytes, indexes) => {
    expect([...chooseDropped(spool, bytes).keys()]).toEqual(indexes);
  });

  it('tells which of them nobody misses', () => {
    expect(Object.fromEntries(chooseDropped(spool, 20))).toEqual({ 4: 0, 3: 1 });
  });
});
