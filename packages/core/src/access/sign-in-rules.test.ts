import { expect, it } from 'vitest';
import { attemptWaitMs, passwordProblem } from './sign-in-rules.js';

it('lets so many attempts through, and then one for each that is forgotten', () => {
  const rate = { allowed: 3, forgetMs: 1_000 };
  expect([1, 3, 3.5, 4, 5].map((failures) => attemptWaitMs(failures, rate))).toEqual([0, 0, 500, 1_000, 2_000]);
});

it.each([
  ['correct horse battery', undefined],
  ['short', '12 to 200 characters'],
  ['x'.repeat(201), '12 to 200 characters'],
  ['ababababababab', 'more than a few different characters'],
  ['my name is ANN.B ok', 'something without the name of the account or of this product'],
  ['铁路修长城墙高山流水明月清风', undefined],
])('password %s', (password, problem) => expect(passwordProblem(password, 'ann.b')).toBe(problem));
