import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeAttribute, escapeText } from './entities.js';
import { parseXml } from './parse-xml.js';

describe('documents', () => {
  it('gives elements with positions', () => {
    const result = parseXml('<?xml version="1.0"?>\r\n<!-- c --><a x="1">\r\n  <p:b/><![CDATA[ ]]></a>\n');
    expect(result).toMatchObject({
      ok: true,
      root: { name: 'a', line: 2, column: 11, children: [{ name: 'b', prefix: 'p', line: 3, column: 3 }] },
    });
  });

  it('decodes the five entities and numbers', () => {
    expect(parseXml('<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F514;<![CDATA[&amp;]]></a>')).toMatchObject({
      ok: true,
      root: { text: '&<>"\'A\u{1F514}&amp;' },
    });
  });

  it.each([
    ['<a><b></a>', 1, /does not match/],
    ['<a>\n<b>', 2, /not closed/],
    ['<a/><b/>', 1, /nothing may follow/],
    ['<a x="1" x="2"/>', 1, /twice/],
    ['<a x=1/>', 1, /malformed/],
    ['<a>&nbsp;</a>', 1, /entity/],
    ['<a>&#0;</a>', 1, /entity/],
    ['<a>&#xD800;</a>', 1, /entity/],
    ['<a>a & b</a>', 1, /entity/],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 1, /document types/],
    ['<a>text<b/></a>', 1, /mixes/],
    ['<a>\u0001</a>', 1, /characters/],
    ['', 1, /start with an element/],
    ['<a><!-- ', 1, /comment/],
  ])('refuses %j', (text, line, message) => {
    expect(parseXml(text)).toMatchObject({ ok: false, problem: { line, message: expect.stringMatching(message) } });
  });

  it('is bounded', () => {
    expect(parseXml('<a>'.repeat(40) + '</a>'.repeat(40))).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(/deeper/) },
    });
    expect(parseXml(`<a>${'x'.repeat(50)}</a>`, { maxLength: 20 })).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(/too long/) },
    });
  });

  it('reads back any allowed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const allowed = [...text]
          .filter((character) => parseXml(`<a>${escapeText(character)}</a>`).ok && escapeText(character) !== '')
          .join('');
        const read = parseXml(`<a b="${escapeAttribute(allowed)}">${escapeText(allowed)}</a>`);
        expect(read.ok && read.root.text).toBe(allowed);
        expect(read.ok && read.root.attributes.get('b')).toBe(allowed);
      }),
    );
  });
});
