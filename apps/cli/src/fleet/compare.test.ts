import type { LedgerRun } from '@carillon/contract/fleet/messages';
import { describe, expect, it } from 'vitest';
import { compareRuns, differencesOf, type RecordedRun } from './compare.js';

const end = { finishedAt: '2026-03-01T12:00:02.500Z', state: 'failed', exitCode: 3, stdoutSha256: 'aa' };
const ledger: LedgerRun[] = ['1', '2'].map((runId) => ({
  host: 'h',
  runId,
  jobId: 'j',
  startedAt: '2026-03-01T12:00:01.000Z',
  end,
}));
const row = (id: string, change: Partial<RecordedRun> = {}): RecordedRun => ({
  id,
  host: 'h',
  state: 'failed',
  exitCode: 3,
  startedAt: '2026-03-01T12:00:01Z',
  finishedAt: '2026-03-01T13:00:02.500+01:00',
  stdoutSha256: 'aa',
  ...change,
});

describe('comparing ledgers with the centre', () => {
  it('finds nothing where all is there once', () => {
    const found = compareRuns(ledger, [row('2'), row('1')]);
    expect(found).toEqual({ runs: 2, recorded: 2, lost: 0, duplicated: 0, wrong: 0, examples: [] });
  });

  it('finds what is missing, there twice, or unknown to its host', () => {
    expect(compareRuns(ledger, [row('1')])).toMatchObject({ recorded: 1, lost: 1, duplicated: 0 });
    expect(compareRuns(ledger, [row('1'), row('2'), row('2')])).toMatchObject({ recorded: 2, lost: 0, duplicated: 1 });
    expect(compareRuns(ledger, [row('1'), row('2'), row('3')])).toMatchObject({
      duplicated: 1,
      examples: ['duplicated: run 3 of h, which no host knows'],
    });
  });

  it.each([
    ['state', { state: 'running', finishedAt: null, exitCode: null }],
    ['exit code', { exitCode: 0 }],
    ['started', { startedAt: '2026-03-01T12:00:01.001Z' }],
    ['finished', { finishedAt: '2026-03-01T12:00:02.501Z' }],
    ['output', { stdoutSha256: 'bb' }],
  ])('finds another %s', (what, change) => {
    const found = compareRuns(ledger, [row('1'), row('2', change)]);
    expect(found).toMatchObject({ recorded: 2, lost: 0, duplicated: 0, wrong: 1 });
    expect(found.examples[0]).toContain(`wrong: run 2 of h: ${what}`);
  });

  it('lets times be apart as far as it is told to, and nothing else', () => {
    const rows = [row('1', { startedAt: '2026-03-01T12:00:03Z' }), row('2', { exitCode: 0 })];
    const wrong = (timesWithinMs: number) => differencesOf(ledger, rows, { timesWithinMs }).map(({ runId }) => runId);
    expect([wrong(1_999), wrong(2_000)]).toEqual([['1', '2'], ['2']]);
  });
});
