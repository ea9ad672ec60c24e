import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '../agent-exe/sign.mjs';
import { corrections, installerSource } from './source.mjs';

export const fileName = 'carillon-agent.msi';

/** @returns {boolean} whether this machine has what makes installers */
export function hasInstallerTools() {
  return ['wixl', 'msibuild'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
}

/**
 * Makes `carillon-agent.msi` around a built agent; does nothing when what goes in has not changed.
 * @param {{ program: string, version: string, sha256: string }} agent as `buildAgent` gives it
 * @param {{ out: string, progress: (text: string) => void, signing?: Parameters<typeof sign>[1] }} options
 * @returns {{ file: string, sha256: string, bytes: number, built: boolean }}
 * @throws Error with the tool's own words
 */
export function buildInstaller({ program, version, sha256 }, { out, progress, signing }) {
  const file = join(out, fileName);
  const record = join(out, 'carillon-agent-msi.json');
  const inputs = fingerprint(version, sha256, signing);
  const last = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
  if (last?.inputs === inputs && existsSync(file) && hashOf(readFileSync(file)) === last.sha256) {
    return { file, sha256: last.sha256, bytes: last.bytes, built: false };
  }
  progress(`building ${fileName} ${version}`);
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'carillon-msi-'));
  try {
    const part = join(work, fileName);
    const source = join(work, 'carillon-agent.wxs');
    // wixl takes files beside its source only.
    symlinkSync(program, join(work, 'carillon-agent.exe'));
    writeFileSync(source, installerSource({ version, productCode: productCode(inputs) }));
    run('wixl', ['--arch', 'x64', '--output', part, source]);
    run('msibuild', [part, ...corrections({ version }).flatMap((statement) => ['-q', statement])]);
    if (signing) sign(part, signing);
    const bytes = readFileSync(part);
    const made = { inputs, version, sha256: hashOf(bytes), bytes: bytes.length };
    writeFileSync(`${file}.part`, bytes);
    renameSync(`${file}.part`, file);
    writeFileSync(`${file}.sha256`, `${made.sha256}  ${fileName}\n`);
    writeFileSync(record, `${JSON.stringify(made, null, 2)}\n`);
    return { file, sha256: made.sha256, bytes: made.bytes, built: true };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The same build is the same product to Windows, another one is another. */
function productCode(inputs) {
  const digits = hashOf(`carillon-agent ${inputs}`).toUpperCase();
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-');
}

function fingerprint(version, sha256, signing) {
  const own = ['build-msi.mjs', 'source.mjs'].map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const certificate = signing ? readFileSync(signing.certificate, 'utf8') : '';
  return hashOf(JSON.stringify([version, sha256, signing ?? null, certificate, ...own]));
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function run(tool, args) {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { encoding: 'utf8' });
  if (error) throw new Error(`${tool} is not here (Debian: apt-get install wixl msitools)`);
  if (status !== 0) throw new Error(`${tool} failed: ${`${stdout}${stderr}`.trim()}`);
}
