import { readdirSync, readFileSync } from 'node:fs';
import type { RunSpec } from '@carillon/core/job/job-spec';
import { describe, expect, it } from 'vitest';
import { makeManifest } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { scriptFileOf, storeScript } from './script-file.js';

const run = (kind: 'powershell' | 'batch', script: string): RunSpec => ({
  kind,
  script,
  workingDirectory: null,
  environment: {},
});

function stored(kind: 'powershell' | 'batch', script: string): string {
  const folder = makeTempFolder();
  const manifest = makeManifest({ run: run(kind, script) });
  storeScript(folder, manifest);
  return readFileSync(scriptFileOf(folder, manifest), 'latin1');
}

describe('a script', () => {
  it.each([
    ['PowerShell reads UTF-8 by its mark', 'powershell', 'echo é\n', '\u00ef\u00bb\u00bfecho Ã©\r\n'],
    ['cmd.exe gets plain ASCII as it is', 'batch', '@echo off\necho a\r\nexit 1', '@echo off\r\necho a\r\nexit 1'],
    ['cmd.exe is told of UTF-8', 'batch', 'echo é', '@chcp 65001>nul\r\necho Ã©'],
  ] as const)('%s', (_what, kind, script, bytes) => {
    expect(stored(kind, script)).toBe(bytes);
  });

  it('takes the place of the job’s older ones, and of no other job’s', () => {
    const folder = makeTempFolder();
    const [job, other] = [makeManifest({ run: run('batch', 'a') }), makeManifest({ run: run('batch', 'b') })];
    for (const each of [job, other, { ...job, version: 2, run: run('powershell', 'c') }]) storeScript(folder, each);
    expect(readdirSync(folder).sort()).toEqual([`${job.jobId}-v2.ps1`, `${other.jobId}-v1.cmd`].sort());
    storeScript(folder, { ...job, version: 3, run: makeManifest().run });
    expect(readdirSync(folder)).toEqual([`${other.jobId}-v1.cmd`]);
  });
});
