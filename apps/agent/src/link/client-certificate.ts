import { readFileSync } from 'node:fs';

/** Files in PEM form. */
export interface CertificateFiles {
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/**
 * A certificate of this host's own with its key, for a balancer that lets in nobody without one (mTLS). It says nothing of
 * which host that is: the agent's key does. Read anew for each connection, so that it can be renewed.
 * @throws Error naming the setting and the file when one of them is missing, cannot be read or is no PEM
 */
export function clientCertificate({
  tlsCert,
  tlsKey,
}: CertificateFiles): { readonly cert: string; readonly key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  return {
    cert: pemIn('tlsCert', tlsCert, /-----BEGIN CERTIFICATE-----/),
    key: pemIn('tlsKey', tlsKey, /-----BEGIN [A-Z ]*PRIVATE KEY-----/),
  };
}

function pemIn(setting: string, path: string | undefined, form: RegExp): string {
  if (path === undefined) throw new Error(`${setting}: expected a file beside that of the other, got nothing`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${setting}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  if (form.test(text)) return text;
  throw new Error(
    `${setting}: expected ${setting === 'tlsKey' ? 'a private key' : 'a certificate'} in PEM form in ${path}`,
  );
}
