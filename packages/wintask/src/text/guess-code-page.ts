import { SINGLE_BYTE_PAGES } from './code-page-tables.js';
import { DOUBLE_BYTE_SHAPES, type DoubleByteShape } from './double-byte-shapes.js';
import { LANGUAGES, type Language } from './languages.js';

const SAMPLE_BYTES = 8_192;
/** What pipes hold is rarely in the page of files. */
const FILES_PRIOR = Math.log(0.1);
const IMPOSSIBLE = Math.log(1e-9);
const ASCII_LETTERS = 60;

/**
 * The likeliest code page of text that is neither ASCII nor Unicode. Each page is tried with each language that Windows
 * gives it, and scored with the probability of the bytes above ASCII: frequent letters of the language most, its rare
 * ones less, letters of other languages, signs, frames and bytes without meaning least; a capital after a small letter
 * counts against, as does a pair in a block that the language hardly uses. The highest product wins, console pages
 * before the pages of files.
 *
 * What cannot be told apart: 437, 850 and 858 (the letters of Western languages stand at the same places: 850 is
 * answered), a few characters of Chinese from Korean, and single letters in general.
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

interface SingleByteModel {
  codePage: number;
  prior: number;
  /** Logarithm of each byte's probability; 0 for ASCII, which all pages share. */
  weights: Float64Array;
  isSmall: Uint8Array;
  isCapital: Uint8Array;
}

function singleByteScore(sample: Uint8Array, { weights, isSmall, isCapital }: SingleByteModel): number {
  let score = 0;
  let before = 0x20;
  for (const byte of sample) {
    score += weights[byte]!;
    if (byte >= 0x80 || before >= 0x80) {
      if (isSmall[before]) score += isCapital[byte] ? CAPITAL_AFTER_SMALL : 0;
      else if (isCapital[before]) score += isCapital[byte] ? CAPITAL_AFTER_CAPITAL : 0;
    }
    before = byte;
  }
  return score;
}

const CAPITAL_AFTER_SMALL = Math.log(0.02);
const CAPITAL_AFTER_CAPITAL = Math.log(0.2);

let models: SingleByteModel[] | undefined;

function singleByteModels(): SingleByteModel[] {
  models ??= LANGUAGES.flatMap((language) => [
    modelOf(language, language.console, 0),
    ...(language.files === language.console ? [] : [modelOf(language, language.files, FILES_PRIOR)]),
  ]);
  return models;
}

/** Shares of a text's characters above ASCII; a capital is a sixth of its letter. */
function modelOf({ frequent, rare }: Language, codePage: number, prior: number): SingleByteModel {
  const frequentShare = (rare === '' ? 0.97 : 0.89) / frequent.length;
  const rareShare = 0.08 / Math.max(1, rare.length);
  const weights = new Float64Array(256);
  const isSmall = new Uint8Array(256);
  const isCapital = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const sign = byte < 0x80 ? String.fromCharCode(byte) : SINGLE_BYTE_PAGES[codePage]![byte - 0x80]!;
    const small = sign.toLowerCase();
    isCapital[byte] = sign !== small ? 1 : 0;
    isSmall[byte] = sign === small && sign !== sign.toUpperCase() ? 1 : 0;
    if (byte < 0x80) continue;
    const of = (letters: string) => letters.includes(sign) || letters.includes(small);
    const share = of(frequent) ? frequentShare : of(rare) ? rareShare : strangerShare(sign);
    weights[byte] = Math.log(isCapital[byte] ? share / 6 : share);
  }
  return { codePage, prior, weights, isSmall, isCapital };
}

/** Of one character that the language does not use: a foreign letter, a sign, a frame, or nothing that is printed. */
function strangerShare(sign: string): number {
  if (/[\p{L}\p{M}]/u.test(sign)) return 2e-4;
  if (sign === '\ufffd' || /\p{Cc}/u.test(sign)) return 1e-7;
  return /[\u2300-\u25ff]/.test(sign) ? 1e-6 : 1e-4;
}

function doubleByteScore(sample: Uint8Array, { isLead, isTrail, blocks, singles }: DoubleByteShape): number {
  let score = 0;
  for (let at = 0; at < sample.length; at += 1) {
    const lead = sample[at]!;
    if (lead < 0x80) continue;
    const trail = sample[at + 1];
    if (isLead(lead) && trail !== undefined && isTrail(trail)) {
      const block = blocks.find(({ leads, trails }) => isIn(lead, leads) && isIn(trail, trails));
      score += block ? Math.log(block.share / (span(block.leads) * span(block.trails))) : IMPOSSIBLE;
      // Single-byte pages get their ASCII for nothing, so a pair must not pay for it either.
      if (trail < 0x80) score += Math.log(ASCII_LETTERS);
      at += 1;
    } else if (singles > 0 && lead >= 0xa1 && lead <= 0xdf) score += Math.log(singles / 63);
    else if (trail !== undefined) score += IMPOSSIBLE;
  }
  return score;
}

const isIn = (byte: number, [low, high]: readonly [number, number]) => byte >= low && byte <= high;
const span = ([low, high]: readonly [number, number]) => high - low + 1;
