import { CarillonError } from './error.js';
import type { RouteShape } from './types.js';

/**
 * Whether a failed try may be made again: only what reads, or what the server carries out once for its key, and only
 * where another try may end otherwise. After a first try that broke off, "under way" is our own request.
 * @param attempt tries that were made before this one
 */
export function isWorthAgain(route: Pick<RouteShape, 'method' | 'key'>, error: unknown, attempt: number): boolean {
  if (route.method !== 'GET' && !route.key) return false;
  if (!(error instanceof CarillonError)) return isOfTheNetwork(error);
  if (error.status === 409) return attempt > 0 && error.params.code === 'under_way';
  return [429, 502, 503, 504].includes(error.status);
}

/**
 * How long to wait before the next try: 0.5 s, 1 s, 2 s and so on up to 30 s, each by up to half shorter so that many
 * clients do not come together; or as long as the server said, up to a minute.
 */
export function waitMs(attempt: number, askedMs: number | undefined, random = Math.random()): number {
  if (askedMs !== undefined) return Math.min(askedMs, 60_000);
  return Math.min(500 * 2 ** attempt, 30_000) * (1 - random / 2);
}

/** `fetch` says TypeError when it did not reach the server or lost it; a try that took too long is a TimeoutError. */
function isOfTheNetwork(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
}
