import { expect, it } from 'vitest';
import { outputTail } from './output-tail.js';

const bytes = (text: string) => Buffer.byteLength(text);

it('leaves what fits as it is, but for what would play with a terminal', () => {
  expect(outputTail('one\r\ntwo\n\n')).toBe('one\ntwo');
  expect(outputTail('\u001b[31mred\u001b[0m\u0007 \u001b[2Jgone\ttab')).toBe('red gone\ttab');
});

it('keeps whole lines of the end, within its bytes', () => {
  const tail = outputTail(Array.from({ length: 500 }, (_, index) => `line ${index}`).join('\n'), 100);
  expect(tail).toMatch(/^…\nline \d+\n[\s\S]*line 499$/);
  expect(bytes(tail)).toBeLessThanOrEqual(100);
});

it('cuts one long line between characters', () => {
  const tail = outputTail(`${'界'.repeat(1_000)}🔔`, 100);
  expect(tail).toMatch(/^…界+🔔$/u);
  expect(bytes(tail)).toBeLessThanOrEqual(100);
});
