import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinCommandLine, splitCommandLine } from './command-line.js';

describe('command lines', () => {
  // Examples of the C runtime documentation.
  it.each([
    ['"a b c" d e', ['a b c', 'd', 'e']],
    ['"ab\\"c" "\\\\" d', ['ab"c', '\\', 'd']],
    ['a\\\\\\b d"e f"g h', ['a\\\\\\b', 'de fg', 'h']],
    ['a\\\\\\"b c d', ['a\\"b', 'c', 'd']],
    ['a\\\\\\\\"b c" d e', ['a\\\\b c', 'd', 'e']],
    ['"" x', ['', 'x']],
    ['  \t ', []],
    ['-c "sleep 1; exit 7"', ['-c', 'sleep 1; exit 7']],
  ])('splits %j', (line, args) => expect(splitCommandLine(line)).toEqual(args));

  it('joins what it splits', () => {
    const argument = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\t', 'é', '%', '&') });
    fc.assert(
      fc.property(fc.array(argument), (args) => {
        expect(splitCommandLine(joinCommandLine(args))).toEqual(args);
      }),
      { numRuns: 1000 },
    );
  });
});
