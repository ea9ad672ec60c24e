// `npm run test:windows`: what only Windows can show. Starts the built program, runs the PowerShell installer, and holds
// Windows' own Task Scheduler to the contract that every adapter of ours keeps. As an administrator: tasks run as SYSTEM.
// Exit code 1 when something is broken.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, repository } from './prepare.mjs';

if (process.platform !== 'win32') {
  console.log('This is not Windows. Elsewhere the same contract is kept by the emulator: npm test, npm run test:wine');
  process.exit(0);
}
await prepare({ build: false });
const { bundle } = await import('./agent-exe/bundle.mjs');
const { buildAgent } = await import('./agent-exe/build-agent.mjs');
const { checkInstallScript } = await import('./agent-exe/check-install-script.mjs');

const folder = mkdtempSync(join(tmpdir(), 'carillon-windows-'));
const bundled = async (name, entry) => {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, await bundle(repository, entry));
  return file;
};
let broken = 0;
const say = (kept, what, why) => {
  if (!kept) broken += 1;
  console.log(kept ? `kept    ${what}` : `BROKEN  ${what}\n        ${why}`);
};

const out = join(repository, 'dist/agent');
const agent = await buildAgent(repository, { out, progress: (text) => console.log(`  ${text}`) });
const said = spawnSync(agent.file, ['--version'], { encoding: 'utf8' });
say(said.stdout?.trim() === agent.version, 'the program starts', `${said.error ?? said.stdout + said.stderr}`);

const { installScript } = createRequire(import.meta.url)(
  await bundled('install-script', 'apps/server/src/features/agent-downloads/install-script.ts'),
);
for (const { what, kept, why } of await checkInstallScript(installScript, agent, folder)) say(kept, what, why);

const contract = await bundled('contract', 'apps/agent/src/testing/contract-program.ts');
if (spawnSync(process.execPath, [contract], { stdio: 'inherit' }).status !== 0) broken += 1;

rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
process.exit(broken === 0 ? 0 : 1);
