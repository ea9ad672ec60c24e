/** Room for messages: each takes one, and room comes back with time. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

export function fullBucket({ burst }: Rate, nowMs: number): Bucket {
  return { tokens: burst, atMs: nowMs };
}

/** What rounding may take from a token by the moment that was promised. */
const rounding = 1e-6;

/** Takes room for one message; where there is none, says when there will be. */
export function takeToken(
  bucket: Bucket,
  { perMinute, burst }: Rate,
  nowMs: number,
): { bucket: Bucket; waitMs: number } {
  const perMs = perMinute / 60_000;
  const tokens = Math.min(burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * perMs);
  if (tokens >= 1 - rounding) return { bucket: { tokens: Math.max(0, tokens - 1), atMs: nowMs }, waitMs: 0 };
  return { bucket: { tokens, atMs: nowMs }, waitMs: Math.ceil((1 - tokens) / perMs) };
}
