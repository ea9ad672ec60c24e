import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The options that building the program and its installer share, for `--help`. */
export const optionsText = (
  file,
) => `  --out DIR         where to put ${file} (default: dist/agent, from where the server offers it)
  --sign CERT KEY   sign it with your code-signing certificate (needs osslsigncode)
  --timestamp URL   RFC 3161 service, so that the signature outlives the certificate
  --password-file   file with the password of the key
`;

const options = {
  out: { type: 'string' },
  sign: { type: 'boolean' },
  timestamp: { type: 'string' },
  'password-file': { type: 'string' },
  help: { type: 'boolean' },
};

/**
 * Reads the command line; ends with the usage where it cannot be read.
 * @param {string} usage
 * @param {string} defaultOut
 * @returns {{ out: string, signing?: { certificate: string, key: string, timestamp?: string, passwordFile?: string } }}
 */
export function readArguments(usage, defaultOut) {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const expected = values.sign ? 2 : 0;
    if (positionals.length !== expected) {
      throw new Error(values.sign ? '--sign: expected CERT.pem KEY.pem' : `unexpected ${positionals[0]}`);
    }
    const out = resolve(values.out ?? defaultOut);
    if (!values.sign) return { out };
    const [certificate, key] = positionals.map((path) => resolve(path));
    return { out, signing: { certificate, key, timestamp: values.timestamp, passwordFile: values['password-file'] } };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** One line about what was made. */
export function describeMade(place, { version, bytes, sha256, built }, startedAt) {
  const how = built ? `built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s` : 'unchanged';
  return `${place}  ${version}  ${(bytes / 1e6).toFixed(1)} MB  SHA-256 ${sha256}  (${how})`;
}
