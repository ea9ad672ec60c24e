import { expect, it } from 'vitest';
import { nothingTold, readToldLine, toldCharacters, withTold } from './told-line.js';

it.each([
  ['::progress 40%', { kind: 'progress', percent: 40, text: '' }],
  ['::progress 99.5 % copying D:\\in\r', { kind: 'progress', percent: 99.5, text: 'copying D:\\in' }],
  ['::progress 0%', { kind: 'progress', percent: 0, text: '' }],
  ['::result {"files": 3, "from": "a"}', { kind: 'result', data: { files: 3, from: 'a' } }],
])('%s', (line, expected) => expect(readToldLine(line)).toEqual(expected));

it.each([
  '',
  'progress 40%',
  ' ::progress 40%',
  '::progress',
  '::progress 101%',
  '::progress -1%',
  '::progress NaN%',
  '::progress 40',
  '::progress 40%x',
  '::result 3',
  '::result [1]',
  '::result null',
  '::result {"files":',
  '::results {}',
  `::result {"x":"${'y'.repeat(toldCharacters)}"}`,
])('is output and nothing more: %s', (line) => expect(readToldLine(line)).toBeNull());

it('counts the newest of each', () => {
  const first = withTold(nothingTold, ['::progress 10%', 'x', '::progress 20% half', '::result {"a":1}']);
  expect(first).toEqual({ progress: { percent: 20, text: 'half' }, result: { a: 1 } });
  expect(withTold(first, ['::progress 100%', '::result {'])).toEqual({
    progress: { percent: 100, text: '' },
    result: { a: 1 },
  });
  expect(withTold(nothingTold, [])).toEqual(nothingTold);
});
