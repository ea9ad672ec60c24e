// `npm test`: everything that must hold, on a machine that has only Node and npm. Ends with one line:
// `N passed, N failed, N skipped`. `npm run check` leaves out the tests (`--only check`); `npm run test:wine` is the
// Windows program alone (`--only wine`).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installPackages } from './install-packages.mjs';
import { prepare, repository, turbo } from './prepare.mjs';

const only = process.argv[process.argv.indexOf('--only') + 1];
const isAsked = (part) => !process.argv.includes('--only') || only === part;
const total = { passed: 0, failed: 0, skipped: 0 };
const vitestScript = 'node_modules/vitest/vitest.mjs';
const reports = mkdtempSync(join(tmpdir(), 'carillon-report-'));

await prepare({ build: false });
await step('types and build', () => count(turbo(['generate', 'build'])));
if (isAsked('check')) {
  await step('lint', () => count(run('node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.'])));
  const boundaries = ['--config', '.dependency-cruiser.cjs', 'apps', 'packages'];
  await step('boundaries', () => count(run('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', boundaries)));
}
if (isAsked('tests')) {
  await step('tests', () =>
    vitestSideBySide([
      ['vitest.config.ts', '--shard=1/2'],
      ['vitest.config.ts', '--shard=2/2'],
      ['vitest.simulation.config.ts'],
    ]),
  );
  await step('dashboard tests', () => vitest('apps/web/vitest.config.ts'));
  await step('the whole product', () => vitest('vitest.whole.config.ts'));
}
if (isAsked('wine')) {
  await step('the Windows program', windowsProgram);
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

async function step(name, work) {
  console.log(`\n== ${name}`);
  const startedAt = Date.now();
  const { passed = 0, failed = 0, skipped = 0 } = await work();
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
}

function run(script, args) {
  return (
    spawnSync(process.execPath, [resolve(repository, script), ...args], { cwd: repository, stdio: 'inherit' })
      .status === 0
  );
}

function count(ok) {
  return ok ? { passed: 1 } : { failed: 1 };
}

/** Without Wine its tests are skipped, and say so: nothing is fetched and built for them then. */
async function windowsProgram() {
  const { findWine } = await import('../packages/testkit/dist/wine.js');
  const progress = (text) => console.log(`  ${text}`);
  if (only === 'wine' && findWine().kind === 'missing') installPackages(['wine64', 'wine'], progress);
  const wine = findWine();
  if (wine.kind === 'missing') progress(`skipped: ${wine.why}`);
  else if (!run('tools/build-agent.mjs', ['--out', resolve(repository, '.cache/agent-under-test')]))
    return { failed: 1 };
  return vitest('vitest.wine.config.ts');
}

/** Runs one configuration of vitest; what it counted is read from its own report. */
function vitest(config) {
  const report = reportOf(config);
  return counted(report, run(vitestScript, vitestArguments(config, report)));
}

/**
 * Several runs side by side, each a process of its own, since vitest keeps one of two processors for itself and many
 * tests wait. What the later ones say comes after the first.
 */
async function vitestSideBySide(runs) {
  const all = runs.map(async ([config, ...more], index) => {
    const report = reportOf(`${index}-${config}`);
    const args = [vitestScript, ...vitestArguments(config, report), ...more];
    const child = spawn(process.execPath, args, {
      cwd: repository,
      stdio: ['ignore', index === 0 ? 'inherit' : 'pipe', 'inherit'],
    });
    const said = [];
    child.stdout?.on('data', (bytes) => said.push(bytes));
    const [code] = await once(child, 'close');
    return { said, counts: counted(report, code === 0) };
  });
  const done = await Promise.all(all);
  for (const { said } of done) process.stdout.write(Buffer.concat(said));
  const sum = (key) => done.reduce((count, { counts }) => count + (counts[key] ?? 0), 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function reportOf(name) {
  return join(reports, `${name.replaceAll('/', '-')}.json`);
}

function vitestArguments(config, report) {
  return ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
}

/** A run that fails without a failing test (a file that does not load, an unhandled error) is a failure too. */
function counted(report, ok) {
  if (!existsSync(report)) return { failed: 1 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = !ok && numFailedTests === 0 ? 1 : numFailedTests;
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}
