import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.js';
import { folderHolder, lockFolder } from './folder-lock.js';
import { processIdentity } from './process-identity.js';

/** A process that only lives. */
async function bystander() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid: child.pid!, kill };
}

const held = (pid: number, identity: string) => JSON.stringify({ pid, identity, since: '2026-11-26T08:00:00.000Z' });

describe('the lock of a folder', () => {
  it('is given back, and says who has it', () => {
    const path = join(makeTempFolder(), 'agent.lock');
    const release = lockFolder(path);
    expect(folderHolder(path)).toMatchObject({ pid: process.pid, identity: processIdentity(process.pid) });
    release();
    expect(existsSync(path)).toBe(false);
    expect(folderHolder(path)).toBeUndefined();
  });

  it('is respected while its holder lives, and not a moment longer', async () => {
    const path = join(makeTempFolder(), 'agent.lock');
    const other = await bystander();
    writeFileSync(path, held(other.pid, processIdentity(other.pid)));
    expect(() => lockFolder(path)).toThrow(`process ${other.pid}`);
    await other.kill();
    lockFolder(path)();
  });

  // Windows' own lock does this there; other systems show no start time.
  it.skipIf(process.platform !== 'linux')(
    'of a killed agent falls when its process number is in use again',
    async () => {
      const path = join(makeTempFolder(), 'agent.lock');
      const other = await bystander();
      writeFileSync(path, held(other.pid, 'another-boot/12345'));
      expect(folderHolder(path)).toBeUndefined();
      lockFolder(path)();
    },
  );

  it('understands what older agents wrote, and survives a torn file', async () => {
    const path = join(makeTempFolder(), 'agent.lock');
    const other = await bystander();
    writeFileSync(path, String(other.pid));
    expect(() => lockFolder(path)).toThrow(`process ${other.pid}`);
    writeFileSync(path, '{"pid":');
    lockFolder(path)();
  });
});
