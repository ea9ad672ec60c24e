/** What a line of output tells Carillon, see docs/writing-jobs.md. */
export type ToldLine =
  | { readonly kind: 'progress'; readonly percent: number; readonly text: string }
  | { readonly kind: 'result'; readonly data: ResultData };

/** What a run hands over, as its program wrote it: hostile text everywhere. */
export type ResultData = Readonly<Record<string, unknown>>;

/** The newest of what a run's output told. */
export interface Told {
  readonly progress: { readonly percent: number; readonly text: string } | null;
  readonly result: ResultData | null;
}

export const nothingTold: Told = { progress: null, result: null };

/** A longer line is output like any other. */
export const toldCharacters = 16_384;
const textCharacters = 200;

/**
 * `::progress 40%`, with or without words behind it, and `::result {"files": 3}`.
 * @returns null for any other line, and for one that says it wrongly: it is output and nothing more
 */
export function readToldLine(line: string): ToldLine | null {
  if (!line.startsWith('::') || line.length > toldCharacters) return null;
  const [, kind, rest = ''] = /^::(progress|result)\s+(.*?)\s*$/s.exec(line) ?? [];
  if (kind === 'progress') return readProgress(rest);
  return kind === 'result' ? readResult(rest) : null;
}

/** What is known after more lines: the newest of each kind counts. */
export function withTold(told: Told, lines: Iterable<string>): Told {
  let { progress, result } = told;
  for (const line of lines) {
    const found = readToldLine(line);
    if (found?.kind === 'progress') progress = { percent: found.percent, text: found.text };
    else if (found) result = found.data;
  }
  return { progress, result };
}

function readProgress(text: string): ToldLine | null {
  const [, number, words = ''] = /^(\d{1,3}(?:\.\d{1,3})?)\s*%(?:\s+(.*))?$/s.exec(text) ?? [];
  const percent = Number(number);
  return percent <= 100 ? { kind: 'progress', percent, text: words.slice(0, textCharacters) } : null;
}

function readResult(text: string): ToldLine | null {
  try {
    const data: unknown = JSON.parse(text);
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isObject ? { kind: 'result', data: data as ResultData } : null;
  } catch {
    return null;
  }
}
