// Brings a clone to the point where its programs can run: dependencies installed, code generated and built.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const oldestNode = [20, 19];

/** Exits with a plain sentence when something cannot be done. */
export async function prepare({ build = true } = {}) {
  requireNode();
  if (needsInstall()) {
    console.log('  installing dependencies (once; about a minute)');
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'installing dependencies failed');
  }
  if (!build) return;
  console.log('  building (only what changed)');
  if (!turbo(['generate', 'build'])) process.exit(1);
}

/** Runs tasks of turbo.json; what they say is shown only when one fails. */
export function turbo(tasks) {
  const script = resolve(repository, 'node_modules/turbo/bin/turbo');
  const result = spawnSync(
    process.execPath,
    [script, 'run', ...tasks, '--output-logs=errors-only', '--log-order=grouped', '--no-update-notifier'],
    {
      cwd: repository,
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (result.status !== 0) console.error(`building failed:\n${result.stdout}${result.stderr}`);
  return result.status === 0;
}

function needsInstall() {
  const installed = resolve(repository, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(resolve(repository, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

function npm(args, problem) {
  // Started by npm we know where it is; by hand we look it up (a .cmd file on Windows, which needs a shell).
  const path = process.env.npm_execpath;
  const result = path
    ? spawnSync(process.execPath, [path, ...args], { cwd: repository, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: repository, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status !== 0) fail(problem);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantMajor, wantMinor] = oldestNode;
  if (major < wantMajor || (major === wantMajor && minor < wantMinor)) {
    fail(
      `Node ${oldestNode.join('.')} or newer is needed; this is ${process.versions.node}. Get one from https://nodejs.org`,
    );
  }
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
