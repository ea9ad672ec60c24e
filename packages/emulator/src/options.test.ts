import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

describe('command lines of schtasks', () => {
  it('takes slashes and dashes in any case and order', () => {
    expect(parseOptions(['-CREATE', '/F', '-tn', '\\a', '/XML', 'a.xml'])).toEqual({
      ok: true,
      verb: 'create',
      options: new Map([
        ['f', ''],
        ['tn', '\\a'],
        ['xml', 'a.xml'],
      ]),
    });
    expect(parseOptions([])).toMatchObject({ ok: true, verb: 'query' });
    expect(parseOptions(['/query', '/xml', '/tn', 'a'])).toMatchObject({
      options: new Map([
        ['xml', ''],
        ['tn', 'a'],
      ]),
    });
  });

  it.each([
    [['/nothing']],
    [['create']],
    [['/create', '/colour']],
    [['/create', '/tn']],
    [['/run', '/tn', 'a', '/tn', 'b']],
  ])('refuses %j', (words) => {
    expect(parseOptions(words).ok).toBe(false);
  });
});
