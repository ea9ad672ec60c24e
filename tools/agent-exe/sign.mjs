import { spawnSync } from 'node:child_process';
import { renameSync } from 'node:fs';

/** @returns {boolean} whether osslsigncode is on this machine */
export function hasSigner() {
  return spawnSync('osslsigncode', ['--version']).error === undefined;
}

/**
 * Signs a program or an installer in place, for people who have a code-signing certificate.
 * @param {string} file
 * @param {{ certificate: string, key: string, timestamp?: string, passwordFile?: string }} how PEM files; `timestamp` is
 *   the address of an RFC 3161 service, without which the signature ends with the certificate
 * @throws Error with the tool's own words
 */
export function sign(file, { certificate, key, timestamp, passwordFile }) {
  const signed = `${file}.signed`;
  osslsigncode('sign', [
    ...['-certs', certificate, '-key', key, '-h', 'sha256', '-n', 'Carillon agent'],
    ...(passwordFile ? ['-readpass', passwordFile] : []),
    ...(timestamp ? ['-ts', timestamp] : []),
    ...['-in', file, '-out', signed],
  ]);
  renameSync(signed, file);
}

/**
 * Whether the bytes of a program are those that its signer signed. The chain up to a root is not judged: Windows does.
 * @param {string} file
 * @returns {{ intact: boolean, signers: string[] }}
 */
export function readSignature(file) {
  const { stdout } = spawnSync('osslsigncode', ['verify', '-in', file], { encoding: 'utf8' });
  const digest = (name) => new RegExp(`${name} message digest\\s*: (\\S+)`).exec(stdout)?.[1];
  const current = digest('Current');
  return {
    intact: current !== undefined && current === digest('Calculated'),
    signers: [...stdout.matchAll(/^\s*Subject: (.*)$/gm)].map(([, subject]) => subject.replaceAll('/', ', ')),
  };
}

function osslsigncode(verb, args) {
  const { status, stdout, stderr, error } = spawnSync('osslsigncode', [verb, ...args], { encoding: 'utf8' });
  if (error) throw new Error('signing needs osslsigncode (Debian: apt-get install osslsigncode)');
  if (status !== 0) throw new Error(`osslsigncode ${verb} failed: ${`${stdout}${stderr}`.trim()}`);
}
