import { SINGLE_BYTE_PAGES } from '../code-page-tables.js';
import { decodeCodePage } from '../decode-code-page.js';

const tables = new Map<number, Map<string, readonly number[]>>();

/** Text to bytes by the inverse of the decoding; `?` for what the page does not have, as Windows writes it. */
export function encodeInPage(text: string, codePage: number): Uint8Array {
  const table = tables.get(codePage) ?? inverse(codePage);
  tables.set(codePage, table);
  const bytes: number[] = [];
  for (const sign of text) {
    const code = sign.codePointAt(0)!;
    bytes.push(...(code < 0x80 ? [code] : (table.get(sign) ?? [0x3f])));
  }
  return Uint8Array.from(bytes);
}

function inverse(codePage: number): Map<string, readonly number[]> {
  const table = new Map<string, readonly number[]>();
  const single = SINGLE_BYTE_PAGES[codePage];
  for (let lead = 0x80; lead <= 0xff; lead += 1) {
    if (single !== undefined) {
      table.set(single[lead - 0x80]!, [lead]);
      continue;
    }
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const sign = decodeCodePage(Uint8Array.of(lead, trail), codePage)!.text;
      if (sign.length === 1 && sign !== '\ufffd' && !table.has(sign)) table.set(sign, [lead, trail]);
    }
  }
  return table;
}
