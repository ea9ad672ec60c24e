import { limits } from '@carillon/contract/limits';
import { type Command, InvalidArgumentError } from 'commander';

export interface ListOptions {
  readonly limit: number;
  readonly all?: boolean | undefined;
}

/** `--limit N` and `--all`, the options of every list. */
export function addListOptions(command: Command): Command {
  return command.option('--limit <n>', 'at most so many', positiveInteger, 100).option('--all', 'all of them');
}

/** Follows `next` until enough items are there. */
export async function collectPages<T>(
  options: ListOptions,
  page: (query: { cursor?: string; limit: number }) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const wanted = options.all ? Number.POSITIVE_INFINITY : options.limit;
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(wanted - items.length, limits.pageItems.max);
    const answer = await page(cursor === null ? { limit } : { cursor, limit });
    items.push(...answer.items);
    cursor = answer.next;
  } while (cursor !== null && items.length < wanted);
  return items.slice(0, wanted);
}

/** Option parser: a whole number from 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Expected a whole number from 1.');
}
