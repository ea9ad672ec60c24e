import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Newer Node reads the operating system's own store, where companies put their certificates; older does not. */
type WithSystemRoots = typeof tls & { getCACertificates?: (kind: 'system') => string[] };

let system: string[] | undefined;

/**
 * Certificates that a server's is checked against: those that come with Node, those of the operating system where Node
 * can read them, and those of a file (PEM), read anew each time so that it can be renewed. Undefined when there are
 * only those of Node: handed over one by one they would take several MiB of each connection.
 * @throws Error naming the file when it cannot be read or holds no certificate
 */
export function trustedRoots(caFile: string | undefined): string[] | undefined {
  system ??= systemRoots();
  const own = caFile === undefined ? [] : certificatesIn(caFile);
  const more = [...system, ...own];
  return more.length === 0 ? undefined : [...tls.rootCertificates, ...more];
}

function certificatesIn(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`ca: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (!found) throw new Error(`ca: expected certificates in PEM form in ${path}`);
  return found;
}

function systemRoots(): string[] {
  try {
    return (tls as WithSystemRoots).getCACertificates?.('system') ?? [];
  } catch {
    return [];
  }
}
