import { decodeOutput, detectEncoding } from '@carillon/core/run/output-text';
import { searchableText } from '@carillon/core/run/searchable-text';

/** Of these the database reads the words itself. */
const selfEvidentBytes = 1024;

/**
 * Words of a piece of output for the search; null when the database finds them in the data. A piece is read in what it
 * seems to be written in by itself; a word that the border of two pieces cuts is two words.
 * @param bytes unpacked
 */
export function pieceWords(bytes: Uint8Array, isPacked: boolean): string | null {
  if (!isPacked && bytes.length <= selfEvidentBytes && isPlain(bytes)) return null;
  return searchableText(decodeOutput(bytes, detectEncoding(bytes)));
}

function isPlain(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === 0) return false;
  return true;
}
