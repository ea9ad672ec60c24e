import { describe, expect, it } from 'vitest';
import { matches, matchesAll, readMatcher } from './matchers.js';

const read = (text: string) => {
  const result = readMatcher(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
};

describe('matchers of labels', () => {
  const labels = { host: 'Web-01', role: 'web', site: 'berlin' };
  it.each([
    ['role=web', true],
    ['role=Web', false],
    ['host=web-01', true],
    ['host=~WEB-.*', true],
    ['host=~web', false],
    ['site!=berlin', false],
    ['site!~(paris|rome)', true],
    ['site =~ "(berlin|rome)"', true],
    ['absent=', true],
    ['absent!=x', true],
    ['constructor=', true],
  ])('%s', (text, expected) => {
    expect(matches(read(text), labels)).toBe(expected);
  });

  it('have all to fit', () => {
    expect(matchesAll([read('role=web'), read('site=rome')], labels)).toBe(false);
    expect(matchesAll([], labels)).toBe(true);
  });

  it.each([
    ['role', 'a label'],
    ['=web', 'a label'],
    ['host=~(a', 'missing closing )'],
    ['host=~(?=a)', 'a pattern, but'],
    ['host=~*', 'a pattern, but'],
    [`host=~${'a'.repeat(201)}`, '200'],
  ])('%s is refused by name', (text, message) => {
    expect(readMatcher(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});

it('takes no more steps than pattern times text, whatever they are', () => {
  // The language's own engine would not come back from this.
  expect(matches(read('role=~(a*)*(a*)*(a|a)*b'), { role: 'a'.repeat(2_000) })).toBe(false);
});
