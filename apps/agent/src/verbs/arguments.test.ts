import { describe, expect, it } from 'vitest';
import { parseCommandLine, UsageError } from './arguments.js';

describe('a command line', () => {
  it('takes a value that begins with a dash: keys are as chance makes them', () => {
    const { values, positionals } = parseCommandLine([
      'install',
      '--release-key',
      '-sCX',
      '--release-key',
      '--yz',
      '--json',
    ]);
    expect(values).toMatchObject({ 'release-key': ['-sCX', '--yz'], json: true });
    expect(positionals).toEqual(['install']);
  });

  it.each([
    ['an option in the place of a value', ['install', '--name', '--json']],
    ['an option in the place of a value, with one of its own', ['install', '--name', '--server=x']],
    ['no value', ['install', '--name']],
    ['an unknown option', ['install', '--colour', '-x']],
  ])('refuses %s', (_what, argv) => expect(() => parseCommandLine(argv)).toThrow(UsageError));
});
