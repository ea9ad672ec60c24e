import { describe, expect, it } from 'vitest';
import { listedTimes } from './listed-times.js';

const iso = (texts: string[], text: string) => {
  const ms = listedTimes(texts)(text);
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19);
};

describe('times of a listing', () => {
  it.each([
    ['11/30/1999 12:00:00 AM', '3/4/2026 2:05:09 PM', '2026-03-04T14:05:09'],
    ['30.11.1999 00:00:00', '03.04.2026 14:05:09', '2026-04-03T14:05:09'],
    ['N/A', '2026/3/4 12:05:09', '2026-03-04T12:05:09'],
    ['30/11/1999 00:00:00', '4/3/2026 0:05:09', '2026-03-04T00:05:09'],
  ])('order told by %s', (other, text, wanted) => {
    expect(iso([other, text], text)).toBe(wanted);
  });

  it.each([
    ['nothing tells the order', ['3/4/2026 2:05:09'], '3/4/2026 2:05:09'],
    ['two orders', ['13/4/2026 2:05:09', '4/13/2026 2:05:09'], '13/4/2026 2:05:09'],
    ['a half day in another language', ['30/11/1999 0:00:00', '4/3/2026 2:05:09 μμ'], '4/3/2026 2:05:09 μμ'],
    ['never', ['11/30/1999 12:00:00 AM'], '11/30/1999 12:00:00 AM'],
    ['a word', ['30/11/1999 0:00:00'], 'Nicht zutreffend'],
  ])('%s: not read', (_, texts, text) => {
    expect(iso(texts, text)).toBeUndefined();
  });
});
