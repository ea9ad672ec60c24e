import { spawnSync } from 'node:child_process';

/**
 * Installs Debian's Wine (101 MB) when we may; else the tests that need it are skipped and say why.
 * @param {(text: string) => void} progress
 */
export function installWine(progress) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return progress('no Wine here; root could install it');
  progress('installing Wine (101 MB, once)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'wine64', 'wine']]) {
    const { status, stderr, error } = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
    if (status !== 0) return progress(`Wine could not be installed: ${(stderr || error?.message || '').trim()}`);
  }
}
