import type { CardFate } from './first-steps.js';

const storageKey = 'carillon-first-steps';
const keyOf = (user: string) => `${storageKey}:${user}`;

/** What this user did with the card in this browser. */
export function cardFate(user: string): CardFate {
  // Versions before kept one answer for whoever used the browser.
  const kept = localStorage.getItem(keyOf(user)) ?? localStorage.getItem(storageKey);
  return kept === 'hidden' || kept === 'done' ? kept : null;
}

export function keepCardFate(user: string, fate: 'hidden' | 'done'): void {
  localStorage.setItem(keyOf(user), fate);
}
