import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no certificates can be made here; undefined when they can. Node alone cannot sign any. */
export const noCertificates = spawnSync('openssl', ['version']).status === 0 ? undefined : 'needs the openssl program';

/** A certificate for a name that signs itself, and its key; PEM. */
export function makeSelfSigned(name: string): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-certificate-'));
  try {
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync('openssl', ['req', '-x509', ...newKey, '-out', 'cert.pem', '-days', '2', ...subject], {
      cwd: folder,
      stdio: 'pipe',
    });
    return { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(join(folder, 'cert.pem'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
