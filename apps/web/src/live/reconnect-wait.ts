const firstMs = 1_000;
const longestMs = 30_000;

/**
 * How long to wait before the next try: within a window that doubles, spread evenly, so that the pages of a server that
 * came back do not arrive together.
 * @param failures tries that failed since it last worked
 * @param random from 0 to below 1
 */
export function reconnectWait(failures: number, random: number): number {
  const windowMs = Math.min(longestMs, firstMs * 2 ** failures);
  return windowMs / 2 + (windowMs / 2) * random;
}
