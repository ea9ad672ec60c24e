import { describe, expect, it } from 'vitest';
import { describeWith, dictionaryNames, rangesOf, resultCodeDictionaries } from './result-code-dictionaries.js';

describe('exit codes of certain programs', () => {
  it.each([
    ['robocopy', 1, 'success'],
    ['robocopy', 5, 'warning'],
    ['robocopy', 9, 'failure'],
    ['robocopy', -1, 'failure'],
    ['msiexec', 3010, 'warning'],
    ['msiexec', 1603, 'failure'],
    ['msiexec', 7, 'failure'],
    ['posix', 0, 'success'],
    ['posix', 137, 'failure'],
  ] as const)('%s %i is a %s', (name, code, verdict) => {
    expect(describeWith(name, code).verdict).toBe(verdict);
  });

  it('have ranges that do not overlap', () => {
    for (const name of dictionaryNames) {
      const sorted = [...resultCodeDictionaries[name]].sort((a, b) => a.from - b.from);
      for (const [index, { from }] of sorted.entries()) expect(from).toBeGreaterThan(sorted[index - 1]?.to ?? -1);
    }
    expect(rangesOf('robocopy', 'success')).toContainEqual({ from: 1, to: 1 });
  });
});
