const scripts = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}';
/** Written without spaces: each character counts as a word. */
const unspaced = new RegExp(`[${scripts}]`, 'gu');
const isOneUnspaced = new RegExp(`^[${scripts}]$`, 'u');
const betweenWords = /[^\p{L}\p{M}\p{N}]+/gu;
/** Keys and encoded data, which nobody searches for. */
const tooLong = /\S{65,}/g;

/** Whether a word is one character of a script that is written without spaces. */
export function isUnspaced(word: string): boolean {
  return isOneUnspaced.test(word);
}

/**
 * Text as a search for words sees it: words with one space between them, without punctuation. What is stored and what
 * is asked for go through it alike.
 */
export function searchableText(text: string): string {
  return text.replace(betweenWords, ' ').replace(unspaced, ' $& ').replace(tooLong, ' ').replace(/ {2,}/g, ' ').trim();
}
