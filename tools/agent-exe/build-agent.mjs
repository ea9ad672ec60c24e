import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { injectProgram } from './inject.mjs';
import { pinnedFileAt } from './pinned-file.mjs';
import { koffi, windowsNode } from './pins.mjs';
import { seaBlob } from './sea-blob.mjs';
import { hasSigner, readSignature, sign } from './sign.mjs';

export const fileName = 'carillon-agent.exe';

/** Certificates of Windows' own store count as well, so that a company's private authority needs no setting. */
const ownAuthorities = '--use-system-ca';

/**
 * Makes `carillon-agent.exe`: the agent's sources as one script inside the pinned Node for Windows. Works on any platform
 * that has Node and npm; does nothing when what goes in has not changed.
 * @param {string} repository
 * @param {{ out: string, progress: (text: string) => void, signing?: Parameters<typeof sign>[1] }} options
 * @returns {Promise<{ file: string, sha256: string, bytes: number, version: string, built: boolean }>}
 */
export async function buildAgent(repository, { out, progress, signing }) {
  const { version } = JSON.parse(readFileSync(join(repository, 'apps/agent/package.json'), 'utf8'));
  const file = join(out, fileName);
  const record = join(out, 'carillon-agent.json');

  const code = await bundle(repository, 'apps/agent/src/start.ts');
  const execArguments = execArgumentsOf(repository);
  const inputs = fingerprint({ code, version, execArguments }, signing);
  const last = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
  if (last?.inputs === inputs && existsSync(file) && sha256(readFileSync(file)) === last.sha256) {
    return { file, sha256: last.sha256, bytes: last.bytes, version, built: false };
  }

  const cache = join(repository, '.cache');
  const node = pinnedFileAt(cache, windowsNode, progress);
  const native = pinnedFileAt(cache, koffi, progress);
  checkSigner(node, progress);
  progress(`building ${fileName} ${version} on Node ${windowsNode.version}`);
  const program = assembleAgent({ node, native, code, version, execArguments });

  mkdirSync(out, { recursive: true });
  const part = `${file}.part`;
  writeFileSync(part, program);
  if (signing) {
    progress('signing');
    try {
      sign(part, signing);
    } catch (error) {
      rmSync(part);
      throw error;
    }
    if (!signing.timestamp) progress('signed without a time stamp: the signature ends with the certificate');
  }
  const bytes = readFileSync(part);
  const made = { inputs, version, sha256: sha256(bytes), bytes: bytes.length };
  renameSync(part, file);
  writeFileSync(join(out, `${fileName}.sha256`), `${made.sha256}  ${fileName}\n`);
  writeFileSync(record, `${JSON.stringify(made, null, 2)}\n`);
  return { file, ...made, built: true };
}

/**
 * The program as bytes, not signed.
 * @param {{ node: string, native: string, code: Buffer, version: string, execArguments: readonly string[] }} parts files of
 *   node.exe and koffi, the script, and what Node is told
 * @returns {Buffer}
 */
export function assembleAgent({ node, native, code, version, execArguments }) {
  // Written out by the agent: Windows loads libraries from files only.
  const assets = { 'koffi.node': readFileSync(native) };
  const blob = seaBlob({ name: 'carillon-agent.cjs', code, execArguments, assets });
  return injectProgram(readFileSync(node), blob, { name: 'Carillon agent', fileName, version });
}

/** The pinned hash is what decides; a person's eye gets to see whose program it is where the tool is there. */
function checkSigner(node, progress) {
  if (!hasSigner()) return progress('osslsigncode is not here: node.exe is checked by its pinned SHA-256 alone');
  const { intact, signers } = readSignature(node);
  if (!intact || !signers.some((signer) => signer.includes(windowsNode.signer))) {
    throw new Error(
      `node.exe: expected an intact signature of ${windowsNode.signer}, got ${signers.join('; ') || 'none'}`,
    );
  }
}

/**
 * What the program tells its Node at each start.
 * @param {string} repository
 * @returns {readonly string[]}
 */
export function execArgumentsOf(repository) {
  const light = readFileSync(join(repository, 'apps/agent/src/lib/node-arguments.json'), 'utf8');
  return [ownAuthorities, ...JSON.parse(light)];
}

/** Of everything that the result depends on, this folder's own sources included. */
function fingerprint({ code, version, execArguments }, signing) {
  const hash = createHash('sha256')
    .update(code)
    .update(JSON.stringify([version, windowsNode, koffi, execArguments, signing ?? null]));
  if (signing) hash.update(readFileSync(signing.certificate));
  const own = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.mjs'));
  for (const name of own.sort()) hash.update(name).update(readFileSync(join(import.meta.dirname, name)));
  return hash.digest('hex');
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
