import { shortDuration, utcTime } from './readable.js';

/** A word with places for figures, or several: the first of which all figures are there is said. */
export type Said = string | readonly string[];
export type Figures = Readonly<Record<string, unknown>>;

/** What a figure that is a name itself is called: `{ drift: 'edited' }` by `{{driftMeans}}`. Undefined: it has no name here. */
export type Means = (figure: string, value: unknown, figures: Figures) => string | undefined;

/** How `tookMs` is said. */
export type InTime = (ms: number) => string;

/** @returns null where there is no word, or none of which all figures are known */
export function say(
  words: Said | undefined,
  figures: Figures | undefined,
  means: Means = () => undefined,
  inTime: InTime = shortDuration,
): string | null {
  for (const word of words === undefined ? [] : [words].flat()) {
    const text = fill(word, figures ?? {}, means, inTime);
    if (text !== null) return text;
  }
  return null;
}

function fill(word: string, figures: Figures, means: Means, inTime: InTime): string | null {
  let isWhole = true;
  const text = word.replace(/\{\{(\w+)\}\}/g, (_, hole: string) => {
    const value = figureText(hole, figures, means, inTime);
    isWhole &&= value !== undefined;
    return value ?? '';
  });
  return isWhole ? text : null;
}

/** `took` is `tookMs` as a duration, `exitCodeHex` a number as Windows writes it, `driftMeans` the name of `drift`. */
function figureText(hole: string, figures: Figures, means: Means, inTime: InTime): string | undefined {
  const ms = figures[`${hole}Ms`];
  if (typeof ms === 'number') return inTime(Math.abs(ms));
  const stem = /^(\w+?)(Hex|Means)$/.exec(hole);
  if (stem?.[2] === 'Hex') return hex(figures[stem[1] ?? '']);
  if (stem?.[2] === 'Means') return means(stem[1] ?? '', figures[stem[1] ?? ''], figures);
  if (hole === 'name' && typeof figures.part === 'string') return figures.part.replace(/^[^:]*:/, '');
  const value = figures[hole];
  if (typeof value === 'number') return String(Math.round(value * 10) / 10);
  if (typeof value !== 'string' || value === '') return undefined;
  return instant.test(value) ? utcTime(value) : value;
}

const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const hex = (code: unknown) =>
  typeof code === 'number' ? `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}` : undefined;
