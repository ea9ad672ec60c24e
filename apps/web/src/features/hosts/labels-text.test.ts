import { expect, it } from 'vitest';
import { wrongLabel } from './labels-text.js';

it.each([
  ['role=db, env=prod', undefined],
  ['', undefined],
  ['path=a=b', undefined],
  ['role', 'role'],
  ['role=db env=', 'env='],
  ['=db', '=db'],
  ['role=db role=web', 'role=web'],
])('of the labels %j it says what is wrong', (text, wrong) => expect(wrongLabel(text)).toBe(wrong));
