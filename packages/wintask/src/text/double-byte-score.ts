import { codePageName } from './code-page-names.js';
import type { DoubleByteShape } from './double-byte-shapes.js';
import { isAsciiLetter, MIXED_SCRIPTS } from './single-byte-score.js';

/** Probability of a pair that the page's language has no place for. */
const IMPOSSIBLE = 1e-9;
/** Of a text's characters, those in a shape's list of frequent ones. */
const FREQUENT_SHARE = 0.5;
const ASCII_LETTERS = 60;

/** Logarithm of the probability of the bytes above ASCII and their trails, if they are of this page and its language. */
export function doubleByteScore(sample: Uint8Array, shape: DoubleByteShape): number {
  const { isLead, isTrail, blocks, singles } = shape;
  const often = frequentPairs(shape);
  let score = 0;
  /** Whether an ASCII letter of its own, no trail, stands before. */
  let inWord = false;
  for (let at = 0; at < sample.length; at += 1) {
    const lead = sample[at]!;
    if (lead < 0x80) {
      inWord = isAsciiLetter(lead);
      continue;
    }
    const trail = sample[at + 1];
    if (isLead(lead) && trail !== undefined && isTrail(trail)) {
      const block = blocks.find(({ leads, trails }) => isIn(lead, leads) && isIn(trail, trails));
      const share = block ? block.share / (span(block.leads) * span(block.trails)) : IMPOSSIBLE;
      score += Math.log(often.has(lead * 256 + trail) ? FREQUENT_SHARE / often.size : share);
      // Single-byte pages get their ASCII for nothing, so a pair must not pay for it either.
      if (trail < 0x80) score += Math.log(ASCII_LETTERS);
      // A letter cut out of the middle of a word.
      if (inWord && isAsciiLetter(trail)) score += MIXED_SCRIPTS;
      at += 1;
    } else if (singles > 0 && lead >= 0xa1 && lead <= 0xdf) score += Math.log(singles / 63);
    else if (trail !== undefined) score += Math.log(IMPOSSIBLE);
    inWord = false;
  }
  return score;
}

const pairsOfShape = new Map<DoubleByteShape, Set<number>>();

/** The pairs of a shape's frequent characters, found by reading every pair of its page once. */
function frequentPairs(shape: DoubleByteShape): Set<number> {
  const known = pairsOfShape.get(shape);
  if (known) return known;
  if (shape.frequent === '') return new Set();
  const pairs: number[] = [];
  for (let lead = 0xa1; lead <= 0xf9; lead += 1)
    for (let trail = 0x40; trail <= 0xfe; trail += 1)
      if (shape.isLead(lead) && shape.isTrail(trail)) pairs.push(lead * 256 + trail);
  // A line for each, so that what cannot be read does not shift its neighbours.
  const bytes = Uint8Array.from(pairs.flatMap((pair) => [pair >> 8, pair & 0xff, 0x0a]));
  const signs = new TextDecoder(codePageName(shape.codePage)).decode(bytes).split('\n');
  const found = new Set(pairs.filter((_, index) => signs[index] !== '' && shape.frequent.includes(signs[index]!)));
  pairsOfShape.set(shape, found);
  return found;
}

const isIn = (byte: number, [low, high]: readonly [number, number]) => byte >= low && byte <= high;
const span = ([low, high]: readonly [number, number]) => high - low + 1;
