import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fastFolder, mayHoldPrograms } from './fast-folder.js';

it.each([
  ['tmpfs /dev/shm tmpfs rw,nosuid,nodev,size=100k 0 0', true],
  ['shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime 0 0', false],
  ['none /dev/shm tmpfs ro 0 0', false],
  ['/dev/vda /dev/shm ext4 rw 0 0', false],
  ['tmpfs /run tmpfs rw 0 0', false],
])('a machine that says %s keeps databases in memory: %s', (line, is) => {
  expect(mayHoldPrograms(`proc /proc proc rw 0 0\n${line}\n`)).toBe(is);
});

it('there is always some folder', () => expect(existsSync(fastFolder())).toBe(true));
