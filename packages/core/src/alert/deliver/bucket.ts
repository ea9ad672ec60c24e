/** What a provider takes. */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

/** What taking came to. */
export interface Taken {
  /** When all room will be back, in epoch milliseconds; all that has to be remembered of a bucket. */
  readonly fullMs: number;
  /** How many messages may go out. */
  readonly taken: number;
  /** After how many milliseconds there is room for one more; 0: now. */
  readonly waitMs: number;
}

/** Share of a message that rounding may take by the moment that was promised. */
export const bucketRounding = 0.001;

/**
 * Takes room for as many messages as there is room for (a token bucket, kept as the generic cell rate algorithm of ITU-T
 * I.371 does, by one instant). Whoever takes room and does not use it only delays others: it comes back with time. A clock
 * that was set back costs one burst, not the hours that it was set back by.
 * @param fullMs what the last taking left; null: nobody took any yet
 */
export function takeRoom(fullMs: number | null, { perMinute, burst }: Rate, wanted: number, nowMs: number): Taken {
  const everyMs = 60_000 / perMinute;
  const emptyMs = nowMs + burst * everyMs;
  const from = Math.min(Math.max(fullMs ?? nowMs, nowMs), emptyMs);
  const taken = Math.max(0, Math.min(wanted, Math.floor((emptyMs - from) / everyMs + bucketRounding)));
  const after = from + taken * everyMs;
  return { fullMs: after, taken, waitMs: waitOf(after, { perMinute, burst }, nowMs) };
}

/** After how many milliseconds there is room for one message. */
export function waitOf(fullMs: number, { perMinute, burst }: Rate, nowMs: number): number {
  const everyMs = 60_000 / perMinute;
  const missing = 1 - (nowMs + burst * everyMs - fullMs) / everyMs;
  return missing <= bucketRounding ? 0 : Math.ceil(missing * everyMs);
}
