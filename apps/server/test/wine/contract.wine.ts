import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findWine } from '@carillon/testkit/wine';
import { expect, it } from 'vitest';
import { bundle } from '../../../../tools/agent-exe/bundle.mjs';
import { startWindowsHost } from './windows-host.js';

const repository = resolve(import.meta.dirname, '../../../..');
const wine = findWine();

it.skipIf(wine.kind === 'missing')('the emulated Task Scheduler keeps the contract inside Windows too', async () => {
  if (wine.kind === 'missing') return;
  const windows = await startWindowsHost(wine);
  try {
    await windows.startScheduler();
    const program = join(windows.driveC, 'contract.cjs');
    writeFileSync(program, await bundle(repository, 'apps/agent/src/testing/contract-program.ts'));
    const { stdout, stderr } = await windows.run(windows.node, [windows.windowsPath(program)]);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('BROKEN');
    expect(stdout).toMatch(/\d+ passed, 0 failed\s*$/);
  } finally {
    await windows.dispose();
  }
});
