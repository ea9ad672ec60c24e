import { describe, expect, it } from 'vitest';
import { runStates } from '../state/states.js';
import { acknowledge, type FileMemory, lookAtFiles } from './file-arrival.js';
import { isFollowed } from './follow.js';
import { belowThreshold, lookAtMeasure } from './threshold.js';

describe('files that arrive', () => {
  const file = (path: string, mark = '1') => ({ path, mark });
  const look = (memory: FileMemory | undefined, nowMs: number, ...files: { path: string; mark: string }[]) =>
    lookAtFiles(memory, files, { nowMs, stableMs: 4_000 });
  const first = look(undefined, 0, file('old')).memory;

  it('are none at the first look', () => {
    expect(look(undefined, 0, file('old')).arrived).toEqual([]);
    expect(look(first, 60_000, file('old')).arrived).toEqual([]);
  });

  it('are those that came and stayed the same for a while, until they are acknowledged', () => {
    const came = look(first, 1_000, file('old'), file('new'));
    const grew = look(came.memory, 4_000, file('old'), file('new', '2'));
    const early = look(grew.memory, 7_900, file('old'), file('new', '2'));
    expect([came, grew, early].flatMap(({ arrived }) => arrived)).toEqual([]);
    const done = look(early.memory, 8_000, file('old'), file('new', '2'));
    expect(done.arrived).toEqual([file('new', '2')]);
    expect(look(done.memory, 9_000, file('new', '2')).arrived).toEqual([file('new', '2')]);
    const after = acknowledge(done.memory, done.arrived);
    expect(look(after, 10_000, file('new', '2')).arrived).toEqual([]);
  });

  it('are those that were replaced, or came again after they were gone', () => {
    const replaced = look(look(first, 0, file('old', '2')).memory, 4_000, file('old', '2'));
    expect(replaced.arrived).toEqual([file('old', '2')]);
    const gone = look(first, 0).memory;
    expect(look(look(gone, 1_000, file('old')).memory, 5_000, file('old')).arrived).toEqual([file('old')]);
  });
});

describe('a measure above its threshold', () => {
  it('fires once when it has been above for the whole time, and again only after it was below', () => {
    const entry = { abovePercent: 85, forMs: 10_000 };
    const measures: [number, number | undefined][] = [
      [0, 90],
      [5_000, 85],
      [6_000, 86],
      [15_000, 99],
      [16_000, 99],
      [60_000, 99],
      [61_000, undefined],
      [62_000, 99],
      [72_000, 99],
    ];
    let state = belowThreshold;
    const fired = measures.filter(([nowMs, percent]) => {
      const look = lookAtMeasure(state, percent, entry, nowMs);
      state = look.state;
      return look.fires;
    });
    expect(fired.map(([nowMs]) => nowMs)).toEqual([16_000, 72_000]);
  });
});

describe('a job that follows another', () => {
  it.each([
    ['success', ['succeeded', 'warning']],
    ['failure', ['failed', 'timed_out', 'killed']],
    ['any', ['succeeded', 'warning', 'failed', 'timed_out', 'killed', 'indeterminate']],
  ] as const)('%s', (outcome, states) => {
    const entry = { kind: 'job' as const, job: 'Extract', outcome };
    expect(runStates.filter((state) => isFollowed(entry, { job: 'extract', state }))).toEqual(states);
    expect(isFollowed(entry, { job: 'other', state: 'succeeded' })).toBe(false);
  });
});
