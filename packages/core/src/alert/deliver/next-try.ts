import type { ChannelType } from '../documents/channel.schema.js';
import type { Outcome, Undelivered } from './outcome.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** How a kind of channel is tried: waits after each failed attempt, and when it is too late to be of use. */
export interface Patience {
  readonly waitsMs: readonly number[];
  readonly expiresMs: number | null;
}

/** A page that comes after an hour wakes somebody for what is over. */
const page: Patience = {
  waitsMs: [5 * second, 15 * second, minute, 5 * minute, 15 * minute, 20 * minute],
  expiresMs: hour,
};
/** Standard Webhooks, "Deliverability and reliability". */
const hook: Patience = {
  waitsMs: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
  expiresMs: null,
};
/** Mail servers that defer expect to be asked again for hours. */
const mail: Patience = {
  waitsMs: [5 * second, minute, 5 * minute, 15 * minute, hour, 2 * hour, 4 * hour],
  expiresMs: 24 * hour,
};

export function patienceOf(type: ChannelType): Patience {
  if (type === 'webhook') return hook;
  return type === 'smtp' ? mail : page;
}

/** Share by which waits are spread, so that what failed together does not come back together. */
const jitter = 0.2;

export type NextTry =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly atMs: number }
  | ({ readonly kind: 'dead' } & Undelivered);

/**
 * What follows an attempt.
 * @param attempts made so far, this one included
 * @param random from 0 to 1
 */
export function nextTry(
  outcome: Outcome,
  attempt: {
    readonly attempts: number;
    readonly nowMs: number;
    readonly expiresMs: number | null;
    readonly random: number;
  },
  { waitsMs }: Patience,
): NextTry {
  if (outcome.kind === 'sent') return { kind: 'done' };
  const { code: last, message, figures = {} } = outcome;
  if (outcome.kind === 'refused') return { kind: 'dead', code: last, message, figures };
  const waitMs = waitsMs[attempt.attempts - 1];
  if (waitMs === undefined)
    return {
      kind: 'dead',
      code: 'given_up',
      message: `tried ${attempt.attempts} times; last: ${message}`,
      figures: { ...figures, attempts: attempt.attempts, last },
    };
  const spread = waitMs * (1 + jitter * (2 * attempt.random - 1));
  const atMs = attempt.nowMs + Math.max(spread, outcome.afterMs ?? 0);
  if (attempt.expiresMs !== null && atMs > attempt.expiresMs)
    return {
      kind: 'dead',
      code: 'too_late',
      message: `it would come too late; last: ${message}`,
      figures: { ...figures, last },
    };
  return { kind: 'again', atMs };
}
