// What a run of vitest says in its JSON report: how many tests passed, which failed and why, and where its time went.
// The report is Jest's shape (https://vitest.dev/guide/reporters.html#json-reporter).
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const linesOfReason = 30;

/**
 * Counts, failures as `{ test, why }`, files as `{ file, seconds }` and tests as `{ file, passed, attacks }`. A run that fails without a failing test (a file
 * that does not load, an unhandled error, no report at all) has one failure too, named after `lane`.
 */
export function readReport(path, { ok, lane, root }) {
  if (!existsSync(path))
    return { passed: 0, skipped: 0, failures: [{ test: lane, why: 'it left no report' }], files: [], tests: [] };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const fileOf = (result) => relative(root, result.name);
  const failures = report.testResults.flatMap((result) => {
    const failed = result.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && result.status === 'failed')
      return [{ test: fileOf(result), why: reason(result.message) }];
    return failed.map((one) => ({ test: `${fileOf(result)} > ${one.fullName}`, why: reason(...one.failureMessages) }));
  });
  if (!ok && failures.length === 0) failures.push({ test: lane, why: 'it failed without a failing test, see above' });
  return {
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
    tests: report.testResults.flatMap((result) =>
      result.assertionResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ status, meta }) => ({ file: fileOf(result), passed: status === 'passed', attacks: meta?.attacks })),
    ),
    files: report.testResults.map((result) => ({
      file: fileOf(result),
      seconds: (result.endTime - result.startTime) / 1000,
    })),
  };
}

/** The files that took longest, one line each: what to look at when the whole takes too long. */
export function slowest(files, count = 8) {
  return [...files]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${file}`);
}

/** Failures once more, together: whoever reads the end of a long output reads these. */
export function failureLines(failures) {
  return failures.flatMap(({ test, why }) => [`✗ ${test}`, ...why.split('\n').map((line) => `    ${line}`)]);
}

function reason(...messages) {
  const lines = messages.filter(Boolean).join('\n').split('\n');
  return lines.length > linesOfReason ? [...lines.slice(0, linesOfReason), '…'].join('\n') : lines.join('\n');
}
