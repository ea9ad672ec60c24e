import type { Objection } from '../text/expected-texts.js';

/**
 * Does a path below a folder fit a pattern? `*` and `?` stand for signs within one name, `**` for any number of folders,
 * and at the end for all that is in them; nothing else is special. The time it takes grows with the lengths multiplied, never faster, whatever the pattern.
 * @param pattern with slashes of either kind
 * @param path parts joined by `/`
 */
export function matchesGlob(pattern: string, path: string, ignoreCase: boolean): boolean {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const wanted = fold(pattern).split(/[\\/]/).filter(Boolean);
  const names = fold(path).split('/');
  // For each number of names: can the wanted parts so far stand for just these?
  let reach = [true, ...names.map(() => false)];
  for (const [at, part] of wanted.entries()) {
    const isAnything = part === '**';
    const isLast = at === wanted.length - 1;
    const next = [isAnything && !isLast && reach[0] === true];
    for (const [index, name] of names.entries()) {
      const before = reach[index] === true;
      const sofar = isLast ? before : reach[index + 1] === true;
      next.push(isAnything ? sofar || next[index] === true : before && fits(part, name));
    }
    reach = next;
  }
  return reach[names.length] === true;
}

/** One name; goes back to the last star only. */
function fits(pattern: string, name: string): boolean {
  let [at, star, from] = [0, -1, 0];
  let index = 0;
  while (index < name.length) {
    if (pattern[at] === '*') {
      star = at;
      from = index;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      from += 1;
      index = from;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** What is wrong with a pattern as one that stays below its folder; undefined when nothing is. */
export function globProblem(pattern: string): Objection | undefined {
  if (/^[\\/]/.test(pattern) || /^[A-Za-z]:/.test(pattern)) return 'it is not relative to the folder';
  if (/[<>|":\p{Cc}]/u.test(pattern)) return 'it has a sign that no file name has';
  const parts = pattern.split(/[\\/]/);
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'it has an empty part, . or .. in it';
  if (parts.some((part) => part.includes('**') && part !== '**')) return 'it has ** beside something else in one part';
  return undefined;
}
