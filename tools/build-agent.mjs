// `npm run build:agent`: the agent as one Windows program, on any platform. `-- --help` tells the options.
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, repository } from './prepare.mjs';

const usage = `npm run build:agent -- [--out DIR] [--sign CERT.pem KEY.pem [--timestamp URL] [--password-file FILE]]
  --out DIR         where to put carillon-agent.exe (default: dist/agent, from where the server offers it)
  --sign CERT KEY   sign it with your code-signing certificate (needs osslsigncode)
  --timestamp URL   RFC 3161 service, so that the signature outlives the certificate
  --password-file   file with the password of the key
`;

const { values, positionals } = readArguments();
await prepare({ build: false });
const { buildAgent } = await import('./agent-exe/build-agent.mjs');
try {
  const startedAt = Date.now();
  const made = await buildAgent(repository, {
    out: resolve(values.out ?? resolve(repository, 'dist/agent')),
    progress: (text) => console.log(`  ${text}`),
    ...(values.sign ? { signing: signing() } : {}),
  });
  const place = relative(process.cwd(), made.file);
  const how = made.built ? `built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s` : 'unchanged';
  console.log(`${place}  ${made.version}  ${(made.bytes / 1e6).toFixed(1)} MB  SHA-256 ${made.sha256}  (${how})`);
} catch (error) {
  console.error(`build:agent: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

function signing() {
  const [certificate, key] = positionals.map((path) => resolve(path));
  return { certificate, key, timestamp: values.timestamp, passwordFile: values['password-file'] };
}

function readArguments() {
  const options = {
    out: { type: 'string' },
    sign: { type: 'boolean' },
    timestamp: { type: 'string' },
    'password-file': { type: 'string' },
    help: { type: 'boolean' },
  };
  try {
    const parsed = parseArgs({ options, allowPositionals: true });
    if (parsed.values.help) {
      console.log(usage);
      process.exit(0);
    }
    const expected = parsed.values.sign ? 2 : 0;
    if (parsed.positionals.length !== expected) {
      throw new Error(parsed.values.sign ? '--sign: expected CERT.pem KEY.pem' : `unexpected ${parsed.positionals[0]}`);
    }
    return parsed;
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
