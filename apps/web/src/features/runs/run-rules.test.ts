import { describe, expect, it } from 'vitest';
import type { OutputLine } from './output-lines.js';
import { readAttempts } from './read-attempts.js';
import { againstUsual, lateBy } from './usual.js';

const line = (text: string, stream: OutputLine['stream'] = 'stderr'): OutputLine => ({
  stream,
  at: '2026-11-23T02:00:01.000Z',
  text,
  dropped: 0,
});
const first = line('carillon: attempt 1 of 3 ended with exit code 75; the next begins in 1m');
const second = line('carillon: attempt 2 of 3 ran into its timeout; the next begins in 2m');

describe('attempts before the last', () => {
  it('are read from what the runner wrote between them', () => {
    expect(readAttempts([line('x'), first, line('y', 'stdout'), second], 3)).toEqual([
      { attempt: 1, at: first.at, exitCode: 75, wait: '1m' },
      { attempt: 2, at: first.at, exitCode: null, wait: '2m' },
    ]);
    expect(readAttempts([line('nothing')], 1)).toEqual([]);
  });

  it('are not told where the lines do not fit the run: a program may write such lines itself, or they were not kept', () => {
    expect(readAttempts([second], 3)).toBeNull();
    expect(readAttempts([first, first, second], 3)).toBeNull();
    expect(readAttempts([second, first], 3)).toBeNull();
    expect(readAttempts([line(first.text, 'stdout'), second], 3)).toBeNull();
  });
});

describe('a time against what is usual', () => {
  const usual = { runs: 20, medianMs: 8_000, p95Ms: 10_000 };
  it.each([
    [9_000, 'usual'],
    [11_000, 'usual'],
    [12_001, 'longer'],
    [2_000, 'shorter'],
  ])('%i ms is %s', (ms, expected) => expect(againstUsual(ms, usual)).toBe(expected));

  it('is not judged by a few runs', () => {
    expect(againstUsual(60_000, { ...usual, runs: 4 })).toBeNull();
    expect(againstUsual(60_000, null)).toBeNull();
  });
});

it('a run is late a minute after its time', () => {
  const scheduledFor = '2026-11-23T02:00:00.000Z';
  expect(lateBy({ scheduledFor, startedAt: '2026-11-23T02:01:00.000Z' })).toBeNull();
  expect(lateBy({ scheduledFor, startedAt: '2026-11-23T02:01:01.000Z' })).toBe(61_000);
  expect(lateBy({ scheduledFor: null, startedAt: '2026-11-23T02:01:01.000Z' })).toBeNull();
});
