import { SINGLE_BYTE_PAGES } from './code-page-tables.js';
import { LANGUAGES, type Language } from './languages.js';

/** What pipes hold is rarely in the page of files. */
const FILES_PRIOR = 0.3;

export interface SingleByteModel {
  codePage: number;
  prior: number;
  /** Logarithm of each byte's probability; 0 for ASCII, which all pages share. */
  weights: Float64Array;
  isSmall: Uint8Array;
  isCapital: Uint8Array;
  /** Of no Latin alphabet, so that it stands beside ASCII letters by mistake only. */
  isForeign: Uint8Array;
  /** A Latin letter above ASCII. */
  isAccented: Uint8Array;
}

/** Logarithm of the probability of the bytes above ASCII, if they are of this page and language. */
export function singleByteScore(
  sample: Uint8Array,
  { weights, isSmall, isCapital, isForeign, isAccented }: SingleByteModel,
): number {
  let score = 0;
  let before = 0x20;
  for (const byte of sample) {
    score += weights[byte]!;
    if (byte >= 0x80 || before >= 0x80) {
      if (isForeign[byte] ? isAsciiLetter(before) : isForeign[before] && isAsciiLetter(byte)) score += MIXED_SCRIPTS;
      if (isAccented[before] && isAccented[byte]) score += ACCENTS_IN_A_ROW;
      if (isSmall[before]) score += isCapital[byte] ? CAPITAL_AFTER_SMALL : 0;
      else if (isCapital[before]) score += isCapital[byte] ? CAPITAL_AFTER_CAPITAL : 0;
    }
    before = byte;
  }
  return score;
}

/** Added to a score where a letter of another script stands inside a word of ASCII letters. */
export const MIXED_SCRIPTS = Math.log(0.01);
/** Latin words are mostly ASCII. */
const ACCENTS_IN_A_ROW = Math.log(0.15);
const CAPITAL_AFTER_SMALL = Math.log(0.02);
/** In words of capitals only; more than 1, since a capital alone is taken for rare. */
const CAPITAL_AFTER_CAPITAL = Math.log(1.8);

let models: SingleByteModel[] | undefined;

/** Every language in its page of consoles and in that of files. */
export function singleByteModels(): SingleByteModel[] {
  models ??= LANGUAGES.flatMap((language) => [
    modelOf(language, language.console, language.prior ?? 1),
    ...(language.files === language.console
      ? []
      : [modelOf(language, language.files, (language.prior ?? 1) * FILES_PRIOR)]),
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
  const isForeign = new Uint8Array(256);
  const isAccented = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const sign = byte < 0x80 ? String.fromCharCode(byte) : SINGLE_BYTE_PAGES[codePage]![byte - 0x80]!;
    const small = sign.toLowerCase();
    isCapital[byte] = sign !== small ? 1 : 0;
    isSmall[byte] = sign === small && sign !== sign.toUpperCase() ? 1 : 0;
    if (byte < 0x80) continue;
    isAccented[byte] = /\p{sc=Latin}/u.test(sign) ? 1 : 0;
    isForeign[byte] = /[\p{L}\p{M}]/u.test(sign) && !/[\p{sc=Latin}\p{sc=Inherited}]/u.test(sign) ? 1 : 0;
    const of = (letters: string) => letters.includes(sign) || letters.includes(small);
    const share = of(frequent) ? frequentShare : of(rare) ? rareShare : strangerShare(sign);
    weights[byte] = Math.log(isCapital[byte] ? share / 6 : share);
  }
  return { codePage, prior: Math.log(prior), weights, isSmall, isCapital, isForeign, isAccented };
}

/** Of one character that the language does not use: a foreign letter, a sign, a frame, or nothing that is printed. */
function strangerShare(sign: string): number {
  if (/[\p{L}\p{M}]/u.test(sign)) return 2e-4;
  if (sign === '\ufffd' || /\p{Cc}/u.test(sign)) return 1e-7;
  return /[\u2300-\u25ff]/.test(sign) ? 1e-6 : 1e-4;
}

export const isAsciiLetter = (byte: number) => byte < 0x80 && ((byte | 0x20) - 0x61) >>> 0 < 26;
