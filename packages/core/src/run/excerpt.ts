import { isUnspaced } from './searchable-text.js';

/** A piece of text around words in it. */
export interface Excerpt {
  readonly before: string;
  readonly words: string;
  readonly after: string;
}

const aroundCharacters = 60;
const letters = '[\\p{L}\\p{M}\\p{N}]';
const between = '[^\\p{L}\\p{M}\\p{N}]';

/**
 * Where words stand one after the other in a text, in any case, with what is around them on their line; null where they do
 * not.
 * @param words as `searchableText` gives them: letters and digits, one space between two
 */
export function excerptOf(text: string, words: string): Excerpt | null {
  const found = patternOf(words.split(' ')).exec(text);
  if (!found || words === '') return null;
  const end = found.index + found[0].length;
  const before = text.slice(Math.max(0, found.index - aroundCharacters), found.index);
  const after = text.slice(end, end + aroundCharacters);
  return {
    before: before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1),
    words: found[0].replace(/\s+/g, ' '),
    after: after.split(/[\r\n]/, 1)[0] ?? '',
  };
}

/** Words end where no letter follows; those of scripts without spaces end anywhere. */
function patternOf(words: readonly string[]): RegExp {
  const pattern = words.map((word, index) => {
    const next = words[index + 1];
    if (next === undefined) return isUnspaced(word) ? word : `${word}(?!${letters})`;
    return `${word}${between}${isUnspaced(word) || isUnspaced(next) ? '*' : '+'}`;
  });
  const [first = ''] = words;
  return new RegExp(`${isUnspaced(first) ? '' : `(?<!${letters})`}${pattern.join('')}`, 'iu');
}
