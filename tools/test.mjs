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
import { besideEachOther, rest } from './test-lanes.mjs';
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
  await step('types of tests, lint and boundaries', async () =>
    together(
      await Promise.all([
        program('types of tests', 'node_modules/typescript-7/bin/tsc', ['-p', 'tsconfig.tests.json']),
        program('lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']),
        program('boundaries', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', [
          ...['--config', '.dependency-cruiser.cjs', 'apps', 'packages'],
        ]),
      ]),
    ),
  );
}
if (isAsked('tests')) {
  await step('tests', () => vitestSideBySide(besideEachOther));
  await step('the whole product, and the Windows program', () => windowsProgram(...rest));
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

/** Such a step as a process of its own, which says what it has to say in one piece. */
async function program(name, script, args) {
  const { code, said } = await child(script, args, 'pipe');
  process.stdout.write(said);
  return check(name, code === 0);
}

async function child(script, args, stdout) {
  const started = spawn(process.execPath, [resolve(repository, script), ...args], {
    cwd: repository,
    stdio: ['ignore', stdout, 'inherit'],
  });
  const said = [];
  started.stdout?.on('data', (bytes) => said.push(bytes));
  const [code] = await once(started, 'close');
  return { code, said: Buffer.concat(said) };
}

/** Several results as one. */
function together(results) {
  const sum = (key) => results.reduce((count, result) => count + result[key], 0);
  const every = (key) => results.flatMap((result) => result[key]);
  return { passed: sum('passed'), skipped: sum('skipped'), failures: every('failures'), files: every('files') };
}

/** Without Wine the tests of that program are skipped, and say so: nothing is fetched and built for them then. */
async function windowsProgram(config, ...more) {
  const { findWine } = await import('../packages/testkit/dist/wine.js');
  const progress = (text) => console.log(`  ${text}`);
  if (only === 'wine' && findWine().kind === 'missing') installPackages(['wine64', 'wine'], progress);
  const wine = findWine();
  if (wine.kind === 'missing') progress(`skipped: ${wine.why}`);
  else if (!run('tools/build-agent.mjs', ['--out', resolve(repository, '.cache/agent-under-test')]))
    return check('building carillon-agent.exe', false);
  return vitest(config, more);
}

/** Runs one configuration of vitest; what it counted is read from its own report. */
function vitest(config, more) {
  const report = reportOf(config);
  const ok = run(vitestScript, [...vitestArguments(config, report), ...more]);
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
      const args = [...vitestArguments(config, report), ...more];
      const { code, said } = await child(vitestScript, args, row === 0 ? 'inherit' : 'pipe');
      done.push({ said, report: readReport(report, { ok: code === 0, lane: config, root: repository }) });
    }
    return done;
  });
  const done = (await Promise.all(all)).flat();
  for (const { said } of done) process.stdout.write(said);
  return together(done.map(({ report }) => report));
}

function reportOf(name) {
  return join(reports, `${name.replaceAll('/', '-')}.json`);
}

function vitestArguments(config, report) {
  return ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
}
