import { spawnSync } from 'node:child_process';

/**
 * Installs Debian packages when we may; what needs them says what is missing otherwise.
 * @param {readonly string[]} packages
 * @param {(text: string) => void} progress
 */
export function installPackages(packages, progress) {
  const names = packages.join(' ');
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return progress(`missing here, and only root could install them: ${names}`);
  }
  progress(`installing ${names} (once)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { status, stderr, error } = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
    if (status !== 0) return progress(`could not be installed: ${(stderr || error?.message || '').trim()}`);
  }
}
