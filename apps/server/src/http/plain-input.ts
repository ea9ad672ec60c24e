import { joinPath, makeProblem, type Problem } from '@carillon/core/problem';

const maxDepth = 64;

/** Halves of characters beyond U+FFFF without their other halves. */
const loneSurrogate = /\p{Surrogate}/u;

/**
 * What no field may hold, whatever its schema: U+0000 and lone surrogates, which Postgres cannot store, and nesting so deep
 * that code that walks the value would run out of stack. Walks without recursion for that reason.
 */
export function findUnstorable(root: unknown): Problem | undefined {
  const waiting: { value: unknown; path: readonly PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && value.includes('\0'))
      return makeProblem(joinPath(path), 'wrong_value', 'text without the character U+0000', value);
    if (typeof value === 'string' && loneSurrogate.test(value))
      return makeProblem(joinPath(path), 'wrong_value', 'text without halves of characters', wholeText(value));
    if (typeof value !== 'object' || value === null) continue;
    if (path.length >= maxDepth)
      return makeProblem(joinPath(path.slice(0, 3)), 'wrong_value', `at most ${maxDepth} levels of nesting`, 'more');
    for (const [key, child] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      if (typeof key === 'string' && key.includes('\0'))
        return makeProblem(joinPath(path), 'wrong_value', 'keys without the character U+0000', key);
      if (typeof key === 'string' && loneSurrogate.test(key))
        return makeProblem(joinPath(path), 'wrong_value', 'keys without halves of characters', wholeText(key));
      waiting.push({ value: child, path: [...path, key] });
    }
  }
  return undefined;
}

/** As it can be shown: U+FFFD for each half. */
function wholeText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
