import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from './redact.js';

function redact(secrets: string[], ...pieces: (string | Buffer)[]): string {
  const redactor = new Redactor(secrets);
  const taken = pieces.map((piece) => redactor.take(Buffer.from(piece as string)));
  return Buffer.concat([...taken, redactor.end()]).toString('utf8');
}

describe('output with secrets in it', () => {
  it.each([
    ['whole', ['pa55word'], ['a pa55word b'], 'a *** b'],
    ['twice', ['pa55word'], ['pa55wordpa55word'], '******'],
    ['cut by the border of two pieces', ['pa55word'], ['a pa55', 'word b'], 'a *** b'],
    ['cut and then something else', ['pa55word'], ['a pa55', 'age b'], 'a pa55age b'],
    ['a beginning at the very end', ['pa55word'], ['a pa55'], 'a pa55'],
    ['one inside another', ['pa55', 'pa55word'], ['pa55word pa55'], '*** ***'],
    ['a line of several', ['-----BEGIN\nabcdefgh\n-----END'], ['say abcdefgh'], 'say ***'],
    ['too short to be told from words', ['abc'], ['abc'], 'abc'],
    ['beyond ASCII', ['口令很长'], ['口令很长!'], '***!'],
  ])('%s', (_, secrets, pieces, expected) => {
    expect(redact(secrets, ...pieces)).toBe(expected);
  });

  it('is found in UTF-16 too', () => {
    expect(redact(['pa55word'], Buffer.from('pa55word', 'utf16le'))).toBe('***');
  });

  it('holds none, however it is cut', () => {
    const text = 'x'.repeat(20);
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 10 }), fc.stringMatching(/^[ab]{4,9}$/), (cuts, secret) => {
        const whole = Buffer.from(`${text}${secret}${text}${secret}${secret}${text}`);
        const places = [0, ...cuts.map((cut) => cut % whole.length).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        return redact([secret], ...pieces) === `${text}***${text}******${text}`;
      }),
    );
  });
});
