import { createHash } from 'node:crypto';

/**
 * The last words of every text that we write into a ticket: by them we know our own comments, whoever's account wrote
 * them, and whether one arrived whose answer was lost. The n-th text has the same mark however often it is tried.
 */
export function markOf(key: string, said: number): string {
  const digest = createHash('sha256').update(`${key}/${said}`).digest('hex').slice(0, 12);
  return `[carillon ${digest}]`;
}

export function withMark(text: string, mark: string): string {
  return `${text}\n${mark}`;
}

/** Whether one of us wrote it. A person who quotes us writes something after it. */
export function isMarked(text: string): boolean {
  return /\[carillon [0-9a-f]{12}\]\s*$/.test(text);
}

/** By which a text is known again that was seen before. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
