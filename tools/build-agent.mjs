// `npm run build:agent`: the agent as one Windows program, on any platform. `-- --help` tells the options.
import { relative, resolve } from 'node:path';
import { describeMade, optionsText, readArguments } from './agent-exe/arguments.mjs';
import { prepare, repository } from './prepare.mjs';

const usage = `npm run build:agent -- [--out DIR] [--sign CERT.pem KEY.pem [--timestamp URL] [--password-file FILE]]
${optionsText('carillon-agent.exe')}`;

const options = readArguments(usage, resolve(repository, 'dist/agent'));
await prepare({ build: false });
const { buildAgent } = await import('./agent-exe/build-agent.mjs');
try {
  const startedAt = Date.now();
  const made = await buildAgent(repository, { ...options, progress: (text) => console.log(`  ${text}`) });
  console.log(describeMade(relative(process.cwd(), made.file), made, startedAt));
} catch (error) {
  console.error(`build:agent: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
