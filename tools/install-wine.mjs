import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @returns {boolean} whether this machine can run 64-bit Windows programs; the tests look closer, and say what is missing */
export function hasWine() {
  const folders = ['/usr/lib/wine', ...(process.env.PATH ?? '').split(delimiter)];
  const names = ['wine64', 'wine'];
  return Boolean(process.env.CARILLON_WINE) || folders.some((at) => names.some((name) => existsSync(join(at, name))));
}

/**
 * Installs Debian's Wine (101 MB) when it is missing and we may; else the tests that need it are skipped and say why.
 * @param {(text: string) => void} progress
 */
export function installWine(progress) {
  if (hasWine()) return;
  if (process.getuid?.() !== 0) return progress('no Wine here, and only root can install it');
  progress('installing Wine (101 MB, once)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, encoding: 'utf8' });
  const failed = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'wine64', 'wine'],
  ]
    .map((args) => apt(...args))
    .find(({ status }) => status !== 0);
  if (failed) progress(`Wine could not be installed: ${(failed.stderr || failed.error?.message || '').trim()}`);
}
