import { expect, it } from 'vitest';
import { diffFields } from './diff-fields.js';

const told = (before: unknown, after: unknown) =>
  diffFields(before, after).map((change) => [change.path.join('.'), change.before, change.after]);

it.each([
  [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }, []],
  [
    { a: 1 },
    { a: 2, b: 3 },
    [
      ['a', 1, 2],
      ['b', undefined, 3],
    ],
  ],
  [
    { run: { program: 'x', arguments: ['1'] } },
    { run: { program: 'x', arguments: ['1', '2'] } },
    [['run.arguments', ['1'], ['1', '2']]],
  ],
  [
    { run: { program: 'x' } },
    { run: { batch: 'y' } },
    [
      ['run.batch', undefined, 'y'],
      ['run.program', 'x', undefined],
    ],
  ],
  [{ schedule: '0 2 * * *' }, { schedule: { every: '2h' } }, [['schedule', '0 2 * * *', { every: '2h' }]]],
  [{ list: [{ a: 1 }] }, { list: [{ a: 1 }] }, []],
  [{ a: null }, {}, [['a', null, undefined]]],
  [JSON.parse('{"__proto__":1}'), {}, [['__proto__', 1, undefined]]],
  ['text', 'other', [['', 'text', 'other']]],
])('%j to %j', (before, after, expected) => expect(told(before, after)).toEqual(expected));
