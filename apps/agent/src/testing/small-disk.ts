import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isDiskFull } from '../state/disk-reserve.js';

/** Why no small file system can be made here; undefined when it can. */
export const noSmallDisk =
  process.platform !== 'linux' ? 'only where tmpfs is' : process.getuid?.() !== 0 ? 'mounting needs root' : tryMount();

/** A file system of so many bytes, until the test ends. */
export function makeSmallDisk(bytes: number): string {
  const path = mkdtempSync(join(tmpdir(), 'carillon-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

/** Takes all the room there is. @returns gives it back */
export function fillDisk(disk: string): () => void {
  const path = join(disk, 'filler');
  writeFileSync(path, '');
  for (let piece = 64 * 1024; piece >= 1; piece = Math.floor(piece / 4)) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(piece, 1));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }
  return () => rmSync(path);
}

function tryMount(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'carillon-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
    execFileSync('umount', [path]);
    return undefined;
  } catch {
    return 'this machine does not let us mount';
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
