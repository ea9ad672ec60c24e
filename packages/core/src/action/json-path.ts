/** One step into a JSON value: a member by name, an item by index (from the end when negative). */
export type JsonStep = string | number;

const steps = /\.([\p{L}\p{N}_$-]+)|\[(-?\d{1,9})\]|\['((?:[^'\\]|\\['\\])*)'\]/uy;

/**
 * Reads the subset of JSONPath that actions know: `$`, `.name`, `['any name']` with `\'` and `\\` in it, `[0]`, `[-1]` from
 * the end. No wildcards, filters or descent: a path leads to one value.
 * @returns undefined when it is none
 */
export function parseJsonPath(text: string): readonly JsonStep[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const found: JsonStep[] = [];
  steps.lastIndex = 1;
  while (steps.lastIndex < text.length) {
    const match = steps.exec(text);
    if (!match) return undefined;
    const [, name, index, quoted] = match;
    found.push(name ?? (index === undefined ? (quoted ?? '').replace(/\\(.)/g, '$1') : Number(index)));
  }
  return found;
}

/** What a path leads to; `length` of a list is the number of its items. Undefined where it leads nowhere: JSON has no such value. */
export function valueAtPath(value: unknown, path: readonly JsonStep[]): unknown {
  return path.reduce<unknown>(stepInto, value);
}

function stepInto(value: unknown, step: JsonStep): unknown {
  if (Array.isArray(value)) {
    if (step === 'length') return value.length;
    return typeof step === 'number' ? value.at(step) : undefined;
  }
  if (value === null || typeof value !== 'object' || typeof step === 'number') return undefined;
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
}

/**
 * The text of each item of a list inside a JSON text, as it stands there: numbers beyond 2^53 and the order of names stay.
 * @param text JSON, known to be valid
 * @returns undefined when the path leads to no list
 */
export function itemTexts(text: string, path: readonly JsonStep[]): readonly string[] | undefined {
  let value: string | undefined = text.trim();
  for (const step of path) value = value === undefined ? undefined : partOf(value, step);
  return value?.startsWith('[') ? partsOf(value).map(({ value: item }) => item) : undefined;
}

function partOf(text: string, step: JsonStep): string | undefined {
  if (typeof step === 'number') return text.startsWith('[') ? partsOf(text).at(step)?.value : undefined;
  // Of a name that is there twice the last counts, as for JSON.parse.
  return text.startsWith('{') ? partsOf(text).findLast(({ name }) => name === step)?.value : undefined;
}

/** The members of an object or the items of a list. */
function partsOf(text: string): { name: string | undefined; value: string }[] {
  const isObject = text.startsWith('{');
  const parts: { name: string | undefined; value: string }[] = [];
  for (let at = pastBlanks(text, 1); at < text.length - 1; ) {
    let name: string | undefined;
    if (isObject) {
      const end = endOfValue(text, at);
      name = JSON.parse(text.slice(at, end)) as string;
      at = pastBlanks(text, pastBlanks(text, end) + 1);
    }
    const end = endOfValue(text, at);
    parts.push({ name, value: text.slice(at, end) });
    at = pastBlanks(text, pastBlanks(text, end) + 1);
  }
  return parts;
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

const endOfScalar = /[^\s,\]}]*/y;

/** Where the value that begins at a place ends. */
function endOfValue(text: string, from: number): number {
  let [at, depth] = [from, 0];
  do {
    const sign = text.charAt(at);
    if (sign === '"') at = endOfText(text, at);
    else if (sign === '{' || sign === '[') [at, depth] = [at + 1, depth + 1];
    else if (sign === '}' || sign === ']') [at, depth] = [at + 1, depth - 1];
    else if (depth > 0) at += 1;
    else {
      endOfScalar.lastIndex = at;
      return at + (endOfScalar.exec(text)?.[0].length ?? 0);
    }
  } while (depth > 0 && at < text.length);
  return at;
}

function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}
