import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globProblem, matchesGlob } from './glob.js';

const fits = (pattern: string, path: string) => matchesGlob(pattern, path, false);

describe('a pattern', () => {
  it.each([
    ['*.log', 'a.log'],
    ['**/*.log', 'a.log'],
    ['**/*.log', 'x/y/a.log'],
    ['x/**', 'x/y/a.log'],
    ['x\\**\\a.log', 'x/y/z/a.log'],
    ['x/**/a.log', 'x/a.log'],
    ['**', 'x/y'],
    ['**/**', 'x'],
    ['a?c*', 'abcdef'],
    ['*a*b', 'aaab'],
    ['[x]', '[x]'],
    ['*', '.hidden'],
  ])('%s fits %s', (pattern, path) => expect(fits(pattern, path)).toBe(true));

  it.each([
    ['*.log', 'x/a.log'],
    ['*.log', 'a.log.gz'],
    ['x/*', 'x/y/z'],
    ['x/**/a', 'y/a'],
    ['x/**', 'x'],
    ['a?', 'a'],
    ['*.LOG', 'a.log'],
    ['', 'a'],
  ])('%s does not fit %s', (pattern, path) => expect(fits(pattern, path)).toBe(false));

  it('takes upper and lower case for the same where the host does', () => {
    expect(matchesGlob('**/*.LOG', 'X/a.log', true)).toBe(true);
  });

  it('says what a regular expression would', () => {
    const part = fc.constantFrom('a', 'b', '*', '?', 'a*', '*b', '**');
    const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'aab');
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.array(name, { minLength: 1, maxLength: 5 }),
        (pattern, path) => {
          const source = pattern
            .map((each, at) =>
              each === '**'
                ? at === pattern.length - 1
                  ? '(?:[^/]+/)+'
                  : '(?:[^/]+/)*'
                : `${each.replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]')}/`,
            )
            .join('');
          expect(fits(pattern.join('/'), path.join('/'))).toBe(new RegExp(`^${source}$`).test(`${path.join('/')}/`));
        },
      ),
    );
  });

  it('takes no time on what is made to take it', () => {
    expect(fits(`${'*a'.repeat(200)}b`, 'a'.repeat(2_000))).toBe(false);
    expect(fits(`${'**/a/'.repeat(100)}b`, 'a/'.repeat(500).slice(0, -1))).toBe(false);
  });

  it.each(['/etc/*', '\\x', 'C:\\*', '../*', 'a/../b', 'a//b', './a', 'a**', 'x:y', 'a\nb'])(
    '%j is refused',
    (pattern) => expect(globProblem(pattern)).toBeTypeOf('string'),
  );
});
