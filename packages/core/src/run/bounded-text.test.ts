import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedText } from './bounded-text.js';

function kept(text: string | Buffer, limit = 1_000, pieces = 1): string {
  const bytes = Buffer.from(text as string);
  const bounded = new BoundedText(limit);
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length; at += size) bounded.take(bytes.subarray(at, at + size));
  return bounded.text();
}

describe('a bounded text', () => {
  it('that fits is kept as it is', () => {
    for (const text of ['', 'one\ntwo\n', 'x'.repeat(900), 'ü\t漢\n']) expect(kept(text)).toBe(text);
  });

  it('keeps whole lines of its beginning and its end, and says how much lies between', () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
    const text = kept(lines.join(''));
    expect(text.startsWith('line 0\nline 1\n')).toBe(true);
    expect(text.endsWith('line 498\nline 499\n')).toBe(true);
    const [note = ''] = text.match(/\[\d+ bytes left out\]\n/) ?? [];
    const left = lines.filter((line) => text.includes(line)).join('');
    expect(Number(note.match(/\d+/)?.[0])).toBe(lines.join('').length - left.length);
    expect(text).toBe(`${left.slice(0, text.indexOf(note))}${note}${left.slice(text.indexOf(note))}`);
  });

  it('has no sign that steers a console', () => {
    expect(kept('a\u0000b\u001b[2Jc\r\nd\u007f')).toBe('a?b?[2Jc?\nd?');
  });

  it('is never longer than its bound, whatever comes in whatever pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 1, max: 20 }), (bytes, pieces) => {
        expect(Buffer.byteLength(kept(Buffer.from(bytes), 1_000, pieces))).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 50 },
    );
  });
});
