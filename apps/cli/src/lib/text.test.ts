import { describe, expect, it } from 'vitest';
import { safeText } from './safe-text.js';
import { formatTable } from './table.js';
import { textWidth } from './text-width.js';
import { localTime, parseSince, shortSpan } from './times.js';

describe('safeText', () => {
  it('escapes what moves or hides other text', () => {
    expect(safeText('a\tb\u0007\u009b\u2028\u200b\u2066\ud800')).toBe(
      'a\\tb\\x07\\x9b\\u{2028}\\u{200b}\\u{2066}\\u{d800}',
    );
    expect(safeText('备份 é 👩‍💻')).toBe('备份 é 👩‍💻');
  });
});

describe('textWidth', () => {
  it('counts columns', () => {
    expect(['abc', '备份', 'ｱ', 'Ａ', 'e\u0301', '한글', '🔔'].map(textWidth)).toEqual([3, 4, 1, 2, 1, 4, 2]);
  });
});

describe('formatTable', () => {
  it('aligns by width and leaves no blanks at the end', () => {
    expect(
      formatTable(
        ['A', 'B'],
        [
          ['备份', ''],
          ['x', 'y'],
        ],
        false,
      ),
    ).toBe('A     B\n备份\nx     y\n');
  });
});

describe('times', () => {
  it('shows the offset', () => {
    expect(localTime('2026-03-01T00:00:00Z')).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
    expect(Date.parse(localTime('2026-03-01T00:00:00Z').replace(' ', 'T').replace(' ', ''))).toBe(
      Date.parse('2026-03-01T00:00:00Z'),
    );
  });

  it('keeps spans short', () => {
    expect([0, 999, 1_000, 59_999, 61_000, 3_660_000].map(shortSpan)).toEqual([
      '0ms',
      '999ms',
      '1.0s',
      '59.9s',
      '1m01s',
      '1h01m',
    ]);
  });

  it('reads since', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(parseSince('1d', now)).toBe('2026-02-28T12:00:00.000Z');
    expect(parseSince('2026-03-01T08:00Z', now)).toBe('2026-03-01T08:00:00.000Z');
    expect(parseSince('2026-03-01', now)).toBe(new Date('2026-03-01T00:00').toISOString());
    for (const text of ['', '5', 'noon', '2026-13-01']) expect(() => parseSince(text, now)).toThrow('--since');
  });
});
