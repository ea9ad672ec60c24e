// `npm run test:windows`: what only Windows can show. Holds its Task Scheduler to the contract that every adapter of
// ours keeps, and starts the built program. As an administrator: tasks run as SYSTEM. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const out = join(repository, 'dist/agent');
const { file, version } = await buildAgent(repository, { out, progress: (text) => console.log(`  ${text}`) });
const said = spawnSync(file, ['--version'], { encoding: 'utf8' });
const starts = said.status === 0 && said.stdout.trim() === version;
console.log(
  starts ? `kept    ${file} starts` : `BROKEN  ${file} --version: ${said.error ?? said.stdout + said.stderr}`,
);

const folder = mkdtempSync(join(tmpdir(), 'carillon-windows-'));
const program = join(folder, 'contract.cjs');
writeFileSync(program, await bundle(repository, 'apps/agent/src/testing/contract-program.ts'));
const { status } = spawnSync(process.execPath, [program], { stdio: 'inherit' });
rmSync(folder, { recursive: true, force: true });
process.exit(starts && status === 0 ? 0 : 1);
