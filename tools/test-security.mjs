// `npm run test:security`: carries out every attack that SECURITY.md names, and lists how many were tried and refused.
// CARILLON_FUZZ=100 sends more of what is made up at random, CARILLON_SEED=7 other things.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, repository } from './prepare.mjs';
import { attackLines, securityTests } from './security-tests.mjs';
import { failureLines, readReport } from './test-report.mjs';

await prepare({ build: true });
const files = securityTests(readFileSync(join(repository, 'SECURITY.md'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'carillon-security-'));
const report = join(folder, 'report.json');
const args = ['run', ...files, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
const { status } = spawnSync(process.execPath, [join(repository, 'node_modules/vitest/vitest.mjs'), ...args], {
  cwd: repository,
  stdio: 'inherit',
});
const { failures, tests } = readReport(report, { ok: status === 0, lane: 'security', root: repository });
rmSync(folder, { recursive: true, force: true });
const known = knownWeaknesses();
console.log(['', ...attackLines(files, tests), ...failureLines(failures), '', known.text].join('\n'));
process.exit(failures.length > 0 || known.count > 0 ? 1 : 0);

/** What the registry knows against the packages that are shipped. Some mirrors do not tell: that is said, and no failure. */
function knownWeaknesses() {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: repository,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  try {
    const { metadata, message } = JSON.parse(stdout);
    if (!metadata) return { count: 0, text: `packages: the registry does not tell what it knows of them (${message})` };
    const { high, critical } = metadata.vulnerabilities;
    return {
      count: high + critical,
      text: `packages: ${critical} critical and ${high} high weaknesses known; npm audit names them`,
    };
  } catch {
    return { count: 0, text: 'packages: npm audit gave no answer' };
  }
}
