import { expect, it } from 'vitest';
import { labelsIn, labelsTaken, wrongLabel } from './labels-text.js';

it.each([
  ['role=db, env=prod', undefined],
  ['', undefined],
  ['path=a=b', undefined],
  ['role', 'role'],
  ['role=db env=', 'env='],
  ['=db', '=db'],
  ['role=db role=web', 'role=web'],
])('of the labels %j it says what is wrong', (text, wrong) => expect(wrongLabel(text)).toBe(wrong));

it.each([
  ['role=db env=prod', 'role=db env=prod site=rome', []],
  ['role=db env=prod', 'role=web', ['role=db', 'env=prod']],
  ['role=db', '', ['role=db']],
])('of %j, %j takes away %j', (before, after, taken) =>
  expect(labelsTaken(labelsIn(before), labelsIn(after))).toEqual(taken),
);
