import { doubleByteScore } from './double-byte-score.js';
import { DOUBLE_BYTE_SHAPES } from './double-byte-shapes.js';
import { singleByteModels, singleByteScore } from './single-byte-score.js';

const SAMPLE_BYTES = 8_192;

/**
 * The likeliest code page of text that is neither ASCII nor Unicode. Each page is tried with each language that Windows
 * gives it, and scored with the probability of the bytes above ASCII: frequent letters of the language most, its rare
 * ones less, letters of other languages, signs, frames and bytes without meaning least; a capital after a small letter
 * counts against, as does a pair in a block that the language hardly uses. The highest product wins, console pages
 * before the pages of files.
 *
 * What cannot be told apart: 437, 850 and 858 (the letters of Western languages stand at the same places: 850 is
 * answered), a few characters of Chinese from Korean, a word in Russian capitals (866) from Hebrew (862), and single
 * letters in general. Serbian and Bulgarian in 855, and pages of one country (860, 861, 863, 864, 865, 869), are never
 * guessed, only read when told.
 */
export function guessCodePage(bytes: Uint8Array): number {
  const sample = sampleOf(bytes);
  let best = { codePage: 850, score: Number.NEGATIVE_INFINITY };
  const offer = (codePage: number, score: number) => {
    if (score > best.score) best = { codePage, score };
  };
  for (const model of singleByteModels()) offer(model.codePage, model.prior + singleByteScore(sample, model));
  for (const shape of DOUBLE_BYTE_SHAPES) offer(shape.codePage, doubleByteScore(sample, shape));
  return best.codePage;
}

/** Lines with bytes above ASCII, up to a limit: in long XML they are few and far between. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const sample = new Uint8Array(Math.min(bytes.length, SAMPLE_BYTES));
  let filled = 0;
  let from = 0;
  for (let at = 0; at <= bytes.length && filled < sample.length; at += 1) {
    if (at < bytes.length && bytes[at] !== 0x0a && at - from < SAMPLE_BYTES - 1) continue;
    const line = bytes.subarray(from, Math.min(at + 1, from + sample.length - filled));
    from = at + 1;
    if (!line.some((byte) => byte >= 0x80)) continue;
    sample.set(line, filled);
    filled += line.length;
  }
  return sample.subarray(0, filled);
}
