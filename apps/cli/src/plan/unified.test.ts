import { expect, it } from 'vitest';
import { unifiedDiff } from './unified.js';

const shown = (before: unknown, after: unknown, path = 'run.powershell') =>
  unifiedDiff({ before: 'server', after: 'file', fields: [{ path, before, after }] });

it('shows a field as a file says it, and of a long text only what is around the change', () => {
  const script = (middle: string) => `${[1, 2, 3, 4, 5, middle, 7, 8, 9, 10, 11].join('\n')}\n`;
  expect(shown(script('old'), script('new'))).toEqual([
    '--- server',
    '+++ file',
    '@@ run.powershell @@',
    ' …',
    '   3',
    '   4',
    '   5',
    '-  old',
    '+  new',
    '   7',
    '   8',
    '   9',
    ' …',
  ]);
});

it.each([
  [undefined, '1h', ['+timeout: 1h']],
  ['1h', undefined, ['-timeout: 1h']],
  [
    ['a', 'b'],
    ['a', 'c'],
    [' timeout:', '   - a', '-  - b', '+  - c'],
  ],
  ['a', 'b\u202e', ['-timeout: a', '+timeout: b\\u{202e}']],
])('from %j to %j', (before, after, lines) => expect(shown(before, after, 'timeout').slice(3)).toEqual(lines));

it('of nothing is nothing', () => expect(unifiedDiff({ before: 'a', after: 'b', fields: [] })).toEqual([]));
