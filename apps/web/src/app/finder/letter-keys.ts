const storageKey = 'carillon-letter-keys';

/**
 * Whether keys without Ctrl do anything, in this browser. They can be switched off for those whose words reach the page
 * as keys (speech input).
 * @see https://www.w3.org/TR/WCAG22/#character-key-shortcuts
 */
export const areLettersOn = (): boolean => localStorage.getItem(storageKey) !== 'off';

export function turnLetters(on: boolean): void {
  if (on) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, 'off');
}
