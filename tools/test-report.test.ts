import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureLines, readReport, slowest } from './test-report.mjs';

const root = '/product';
const passed = { status: 'passed', fullName: 'holds', failureMessages: [] };
const failed = {
  status: 'failed',
  fullName: 'a job runs once',
  failureMessages: ['expected 2 to be 1\n    at run.ts:3'],
};

function read(testResults: object[], ok: boolean) {
  const path = join(mkdtempSync(join(tmpdir(), 'carillon-report-test-')), 'report.json');
  const counts = { numPassedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  writeFileSync(path, JSON.stringify({ ...counts, testResults }));
  return readReport(path, { ok, lane: 'vitest.config.ts', root });
}

const file = (assertionResults: object[], more: object = {}) => ({
  name: '/product/apps/run.test.ts',
  startTime: 1000,
  endTime: 3500,
  status: 'passed',
  message: '',
  assertionResults,
  ...more,
});

describe('what a run of the tests says', () => {
  it('counts, and names what failed with its reason', () => {
    const report = read([file([passed, failed], { status: 'failed' })], false);
    expect(report).toMatchObject({ passed: 1, skipped: 3, files: [{ file: 'apps/run.test.ts', seconds: 2.5 }] });
    expect(failureLines(report.failures)).toEqual([
      '✗ apps/run.test.ts > a job runs once',
      '    expected 2 to be 1',
      '        at run.ts:3',
    ]);
  });

  it('takes a file that does not load for a failure', () => {
    const { failures } = read([file([], { status: 'failed', message: 'no such module' })], false);
    expect(failures).toEqual([{ test: 'apps/run.test.ts', why: 'no such module' }]);
  });

  it('takes an error outside every test, and a run without a report, for a failure', () => {
    expect(read([file([passed])], false).failures).toMatchObject([{ test: 'vitest.config.ts' }]);
    expect(readReport('/nowhere', { ok: true, lane: 'lane', root }).failures).toMatchObject([{ test: 'lane' }]);
  });

  it('has no failure where all is well', () => {
    expect(read([file([passed])], true).failures).toEqual([]);
  });

  it('names the files that took longest first', () => {
    const files = [1, 3, 2].map((seconds) => ({ file: `${seconds}.test.ts`, seconds }));
    expect(slowest(files, 2)).toEqual(['     3.0 s  3.test.ts', '     2.0 s  2.test.ts']);
  });
});
