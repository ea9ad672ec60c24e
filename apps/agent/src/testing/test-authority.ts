import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from './temp-folder.js';

/** Why no certificates can be made here; undefined when they can. Node alone cannot sign any. */
export const noAuthority = spawnSync('openssl', ['version']).status === 0 ? undefined : 'needs the openssl program';

export interface TestAuthority {
  readonly caFile: string;
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Certificate and key of a host. */
  readonly client: { readonly tlsCert: string; readonly tlsKey: string };
}

/** An authority of our own, a server's certificate for `carillon.test` and one of a host, which it signed. */
export function makeAuthority(): TestAuthority {
  const folder = makeTempFolder();
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Corp CA');
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=carillon.test');
  writeFileSync(file('names'), 'subjectAltName=DNS:carillon.test\n');
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signing);
  openssl('req', ...newKey, '-keyout', 'host.key', '-out', 'host.csr', '-subj', '/CN=WIN-01');
  openssl('x509', '-req', '-in', 'host.csr', '-out', 'host.pem', ...signing.slice(0, -2));
  const client = { tlsCert: file('host.pem'), tlsKey: file('host.key') };
  return {
    client,
    caFile: file('ca.pem'),
    key: readFileSync(file('server.key')),
    cert: readFileSync(file('server.pem')),
  };
}
