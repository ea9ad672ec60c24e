import { describe, expect, it } from 'vitest';
import { archiveKey, archiveNews, type HotRun, judgeArchive } from './archive-rules.js';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 9, 10, 12);
const ago = (days: number) => nowMs - days * dayMs;
const run = (changes: Partial<HotRun>): HotRun => ({
  state: 'succeeded',
  startedAtMs: ago(9),
  finishedAtMs: ago(8),
  ...changes,
});

describe('output goes to the archive', () => {
  it.each([
    ['when its run ended long enough ago', {}, 8, { kind: 'move' }],
    ['not a moment earlier', { finishedAtMs: ago(8) + 1 }, 8, { kind: 'stay', reason: 'young' }],
    ['counted from the end of a run, not from its start', {}, 9, { kind: 'stay', reason: 'young' }],
    ['counted from the start where no end is known', { finishedAtMs: null }, 9, { kind: 'move' }],
    [
      'not while it may be written on',
      { state: 'running', finishedAtMs: null },
      1,
      { kind: 'stay', reason: 'under_way' },
    ],
    ['not while it waits', { state: 'waiting', finishedAtMs: null }, 1, { kind: 'stay', reason: 'under_way' }],
    ['not while nobody knows whose it is', { state: null }, 1, { kind: 'stay', reason: 'unknown_run' }],
    ['of a run whose end nobody saw', { state: 'indeterminate', finishedAtMs: null }, 8, { kind: 'move' }],
  ] as const)('%s', (_what, changes, afterDays, verdict) => {
    expect(judgeArchive(run(changes), afterDays, nowMs)).toEqual(verdict);
  });
});

describe('an object of the archive', () => {
  const key = (job: string) => archiveKey('carillon/', { runId: 'r1', job, startedAtMs: nowMs }, 'c0ffee00');

  it('is found by day, job and run, and has a name of its own for each attempt', () => {
    expect(key('nightly-etl')).toBe('carillon/2026-10-10/nightly-etl/r1-c0ffee00.gz');
    expect(archiveKey('', { runId: 'r1', job: 'j', startedAtMs: 0 }, 'c0ffee00')).toBe('1970-01-01/j/r1-c0ffee00.gz');
  });

  it.each([
    ['..', '-'],
    ['../../etc', '-etc'],
    ['a/b\\c d?#%', 'a-b-c-d-'],
    ['备份', '-'],
    ['', '-'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('whose job is called %j lies in the folder %j', (job, folder) => {
    expect(key(job).split('/')).toEqual(['carillon', '2026-10-10', folder, 'r1-c0ffee00.gz']);
  });
});

describe('of an archive that fails', () => {
  it.each([
    [null, false, null],
    [null, true, 'works'],
    [ago(1) + 1, false, null],
    [ago(1), false, 'fails'],
    [ago(5), true, null],
  ])('since %s, told already: %s: it is said: %s', (sinceMs, isTold, news) => {
    expect(archiveNews(sinceMs, isTold, nowMs)).toBe(news);
  });
});
