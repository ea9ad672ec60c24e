// `npm run build:msi`: an installer around the agent's program, with wixl (Debian, Fedora). `-- --help` tells the options.
import { relative, resolve } from 'node:path';
import { describeMade, optionsText, readArguments } from './agent-exe/arguments.mjs';
import { installPackages } from './install-packages.mjs';
import { prepare, repository } from './prepare.mjs';

const usage = `npm run build:msi -- [--out DIR] [--sign CERT.pem KEY.pem [--timestamp URL] [--password-file FILE]]
${optionsText('carillon-agent.exe and carillon-agent.msi')}
To install without a question:
  msiexec /i carillon-agent.msi /qn SERVER=https://carillon.example.com TOKEN=JOIN-TOKEN [PROXY=none|system|http://proxy:8080]
To upgrade:          msiexec /i carillon-agent.msi /qn
To remove:           msiexec /x carillon-agent.msi /qn      (REMOVEDATA=1: this host's key and history as well)
`;

const options = readArguments(usage, resolve(repository, 'dist/agent'));
await prepare({ build: false });
const { buildAgent } = await import('./agent-exe/build-agent.mjs');
const { buildInstaller, hasInstallerTools } = await import('./agent-msi/build-msi.mjs');
try {
  const startedAt = Date.now();
  const progress = (text) => console.log(`  ${text}`);
  if (!hasInstallerTools()) installPackages(['wixl', 'msitools'], progress);
  const agent = await buildAgent(repository, { ...options, progress });
  const made = buildInstaller({ ...agent, program: agent.file }, { ...options, progress });
  console.log(describeMade(relative(process.cwd(), made.file), { ...made, version: agent.version }, startedAt));
} catch (error) {
  console.error(`build:msi: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
