import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { makeManifest } from '../job/job-spec.js';
import { judgeConditions } from './conditions.js';

describe('conditions', () => {
  const all = { cpuBelowPercent: 70, memoryBelowPercent: 90, fileExists: 'D:\\in\\a.csv', waitUpToMs: 0 };

  it.each([
    ['all hold', { cpuPercent: 69.9, memoryPercent: 10, fileExists: true }, { met: true }],
    ['no file', { cpuPercent: 1, memoryPercent: 1, fileExists: false }, 'no file D:\\in\\a.csv'],
    [
      'at the limit is not below it',
      { cpuPercent: 70, memoryPercent: 1, fileExists: true },
      'CPU at 70 %, expected below 70 %',
    ],
    ['memory', { cpuPercent: 1, memoryPercent: 95.4, fileExists: true }, 'memory at 95 %, expected below 90 %'],
    ['what was not measured does not hold', { fileExists: true }, 'CPU at unknown %, expected below 70 %'],
  ])('%s', (_, facts, expected) => {
    const verdict = judgeConditions(all, facts);
    if (typeof expected === 'string') expect(verdict).toMatchObject({ met: false, message: expected });
    else expect(verdict).toEqual(expected);
  });

  it('come from the job file, and only agents that know them may have the job', () => {
    const raw = {
      kind: 'Job',
      name: 'etl',
      targets: { all: true },
      schedule: '0 2 * * *',
      run: 'x.exe',
      when: { cpuBelow: '70%', fileExists: 'D:\\in\\{{scheduledFor:yyyyMMdd}}*.csv', waitUpTo: '30m' },
    };
    const read = readDocument(raw);
    if (!read.ok || read.value.kind !== 'Job') throw new Error(JSON.stringify(read));
    expect(makeManifest('j', 1, read.value.spec)).toMatchObject({
      when: { cpuBelowPercent: 70, fileExists: 'D:\\in\\{{scheduledFor:yyyyMMdd}}*.csv', waitUpToMs: 1_800_000 },
      needs: ['conditions'],
    });
  });
});
