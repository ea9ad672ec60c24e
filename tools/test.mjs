// `npm test`: everything that must hold, on a machine that has only Node and npm. Ends with one line:
// `N passed, N failed, N skipped`. `npm run check` leaves out the tests (`--only check`); `npm run test:wine` is the
// Windows program alone (`--only wine`).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installPackages } from './install-packages.mjs';
import { prepare, repository, turbo } from './prepare.mjs';
import { failureLines, readReport, slowest } from './test-report.mjs';

const only = process.argv[process.argv.indexOf('--only') + 1];
const isAsked = (part) => !process.argv.includes('--only') || only === part;
const total = { passed: 0, skipped: 0, failures: [] };
const vitestScript = 'node_modules/vitest/vitest.mjs';
const reports = mkdtempSync(join(tmpdir(), 'carillon-report-'));

await prepare({ build: false });
await step('types and build', () => check('types and build', turbo(['generate', 'build'])));
if (isAsked('check')) {
  // Beside their sources tests are checked by the build; these are of no package's sources.
  const types = ['-p', 'tsconfig.tests.json'];
  await step('types of tests', () => check('types of tests', run('node_modules/typescript-7/bin/tsc', types)));
  const lint = ['check', '--error-on-warnings', '.'];
  await step('lint', () => check('lint', run('node_modules/@biomejs/biome/bin/biome', lint)));
  const boundaries = ['--config', '.dependency-cruiser.cjs', 'apps', 'packages'];
  const cruise = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
  await step('boundaries', () => check('boundaries', run(cruise, boundaries)));
}
if (isAsked('tests')) {
  await step('tests', () =>
    vitestSideBySide([
      [['vitest.config.ts', '--shard=1/2']],
      [['vitest.config.ts', '--shard=2/2']],
      // These only compute: they take what the others leave while they wait for their databases.
      [['vitest.simulation.config.ts'], ['apps/web/vitest.config.ts']],
    ]),
  );
  await step('the whole product, and the Windows program', () => windowsProgram('vitest.whole.config.ts'));
}
if (only === 'wine') {
  await step('the Windows program', () => windowsProgram('vitest.wine.config.ts'));
}
rmSync(reports, { recursive: true, force: true });
if (total.failures.length > 0) console.log(['\n== what failed', ...failureLines(total.failures)].join('\n'));
console.log(`\n${total.passed} passed, ${total.failures.length} failed, ${total.skipped} skipped`);
process.exit(total.failures.length > 0 ? 1 : 0);

async function step(name, work) {
  console.log(`\n== ${name}`);
  const startedAt = Date.now();
  const { passed, skipped, failures, files } = await work();
  total.passed += passed;
  total.skipped += skipped;
  total.failures.push(...failures);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  for (const line of slowest(files)) console.log(line);
  console.log(`== ${name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped in ${seconds} s`);
}

function run(script, args) {
  return (
    spawnSync(process.execPath, [resolve(repository, script), ...args], { cwd: repository, stdio: 'inherit' })
      .status === 0
  );
}

/** A step that holds or does not, counted as one test. */
function check(name, ok) {
  const failures = ok ? [] : [{ test: name, why: 'see above' }];
  return { passed: ok ? 1 : 0, skipped: 0, failures, files: [] };
}

/** Without Wine the tests of that program are skipped, and say so: nothing is fetched and built for them then. */
async function windowsProgram(config) {
  const { findWine } = await import('../packages/testkit/dist/wine.js');
  const progress = (text) => console.log(`  ${text}`);
  if (only === 'wine' && findWine().kind === 'missing') installPackages(['wine64', 'wine'], progress);
  const wine = findWine();
  if (wine.kind === 'missing') progress(`skipped: ${wine.why}`);
  else if (!run('tools/build-agent.mjs', ['--out', resolve(repository, '.cache/agent-under-test')]))
    return check('building carillon-agent.exe', false);
  return vitest(config);
}

/** Runs one configuration of vitest; what it counted is read from its own report. */
function vitest(config) {
  const report = reportOf(config);
  const ok = run(vitestScript, vitestArguments(config, report));
  return readReport(report, { ok, lane: config, root: repository });
}

/**
 * Several rows of runs side by side, each run a process of its own, since vitest keeps one of two processors for itself
 * and many tests wait. What the later rows say comes after the first.
 */
async function vitestSideBySide(rows) {
  const all = rows.map(async (runs, row) => {
    const done = [];
    for (const [place, [config, ...more]] of runs.entries()) {
      const report = reportOf(`${row}-${place}-${config}`);
      const args = [vitestScript, ...vitestArguments(config, report), ...more];
      const child = spawn(process.execPath, args, {
        cwd: repository,
        stdio: ['ignore', row === 0 ? 'inherit' : 'pipe', 'inherit'],
      });
      const said = [];
      child.stdout?.on('data', (bytes) => said.push(bytes));
      const [code] = await once(child, 'close');
      done.push({ said, report: readReport(report, { ok: code === 0, lane: config, root: repository }) });
    }
    return done;
  });
  const done = (await Promise.all(all)).flat();
  for (const { said } of done) process.stdout.write(Buffer.concat(said));
  const sum = (key) => done.reduce((count, { report }) => count + report[key], 0);
  const every = (key) => done.flatMap(({ report }) => report[key]);
  return { passed: sum('passed'), skipped: sum('skipped'), failures: every('failures'), files: every('files') };
}

function reportOf(name) {
  return join(reports, `${name.replaceAll('/', '-')}.json`);
}

function vitestArguments(config, report) {
  return ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
}
