/**
 * Code page 949 to text. Its core is EUC-KR; Windows adds the other 8822 syllables of Korean ("Unified Hangul Code") and two
 * signs, which the TextDecoder of some Node versions does not know. They stand in Unicode's order, so they are counted, not listed.
 * Source: Unicode's MAPPINGS/VENDORS/MICSFT/WINDOWS/CP949.TXT, whose layout this reproduces.
 */
export function decodeUnifiedHangul(bytes: Uint8Array): string {
  const decoder = new TextDecoder('euc-kr');
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at]!;
    if (lead < 0x81) continue;
    const added = addedSign(lead, bytes[at + 1] ?? 0);
    if (added !== undefined) {
      parts.push(decoder.decode(bytes.subarray(from, at)), added);
      from = at + 2;
    }
    // Step over the trail, so that it is not taken for a lead; a broken pair is the decoder's to judge.
    if ((bytes[at + 1] ?? 0) >= 0x41) at += 1;
  }
  parts.push(decoder.decode(bytes.subarray(from)));
  return parts.join('');
}

function addedSign(lead: number, trail: number): string | undefined {
  if (lead === 0xa2) {
    if (trail === 0xe6) return '€';
    if (trail === 0xe7) return '®';
  }
  const place = placeOf(lead, trail);
  return place === undefined ? undefined : addedSyllables()[place];
}

/** Which of the added syllables a pair stands for: rows of 178 before 0xA1, of 84 (before the KS block) from there on. */
function placeOf(lead: number, trail: number): number | undefined {
  if (lead > 0xc6) return undefined;
  const column =
    trail >= 0x41 && trail <= 0x5a
      ? trail - 0x41
      : trail >= 0x61 && trail <= 0x7a
        ? trail - 0x47
        : trail >= 0x81 && trail <= (lead < 0xa1 ? 0xfe : 0xa0)
          ? trail - 0x4d
          : undefined;
  if (column === undefined) return undefined;
  const place = lead < 0xa1 ? (lead - 0x81) * 178 + column : 32 * 178 + (lead - 0xa1) * 84 + column;
  return place < ADDED ? place : undefined;
}

const ADDED = 8822;
let added: string[] | undefined;

/** All syllables of Unicode but the 2350 that EUC-KR has in rows B0 to C8. */
function addedSyllables(): string[] {
  if (added) return added;
  const rows = Uint8Array.from({ length: 25 * 94 * 2 }, (_, index) => {
    const pair = index >> 1;
    return index % 2 === 0 ? 0xb0 + Math.floor(pair / 94) : 0xa1 + (pair % 94);
  });
  const inEucKr = new Set(new TextDecoder('euc-kr').decode(rows));
  added = Array.from({ length: 11172 }, (_, index) => String.fromCharCode(0xac00 + index)).filter(
    (syllable) => !inEucKr.has(syllable),
  );
  return added;
}
