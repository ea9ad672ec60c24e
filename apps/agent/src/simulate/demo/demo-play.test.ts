import type { Manifest } from '@carillon/core/job/job-spec';
import { expect, it } from 'vitest';
import { demoPlayOf } from './demo-play.js';

const facts = { seed: 7, plays: {}, beganMs: 0 };
const played = (run: object) =>
  demoPlayOf(facts, {
    ...{ host: 'berlin-db-01', count: 1, atMs: 0 },
    manifest: { name: 'tried', run, exitCodes: { success: [{ from: 0, to: 0 }], warning: [] } } as unknown as Manifest,
  });

it.each([
  [{ kind: 'program', program: 'D:\\tools\\etl.exe' }, 'berlin-db-01 is made up, D:\\tools\\etl.exe was not started'],
  [{ kind: 'powershell', script: 'exit 1' }, 'berlin-db-01 is made up, the powershell of this job was not started'],
  [{ kind: 'backup' }, 'it was stopped when this run was due, and nothing was carried out (backup)'],
])('says of what it only plays that it does: %j', (run, says) => {
  const { state, stdout } = played(run);
  expect(state).toBe('succeeded');
  // On each line: some look at the last ones only.
  for (const line of stdout.trimEnd().split('\r\n')) expect(line).toMatch(/^this is a demo: /);
  expect(stdout).toContain(says);
});
