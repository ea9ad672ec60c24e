/**
 * A whole number below `size`, the same for the same text and evenly spread over texts that differ a little, as names of
 * hosts do. FNV-1a followed by the finalizer of MurmurHash3, without which such names end up close to each other.
 */
export function spreadIndex(text: string, size: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 2 ** 32) * size);
}

/**
 * The offset of a fire in whole seconds: below `jitterMs` and below `roomMs`, what is left of the day.
 * Without a key there is none: whoever asks for no host in particular gets the times as they were written.
 */
export function spreadSeconds(key: string | undefined, jitterMs: number | undefined, roomMs: number): number {
  if (key === undefined || jitterMs === undefined) return 0;
  return spreadIndex(key, Math.floor(Math.min(jitterMs, roomMs) / 1000));
}
