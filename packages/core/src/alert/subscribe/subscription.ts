import { type Labels, type Matcher, matchesAll, readMatcher } from '../quiet/matchers.js';
import type { SubscriptionEvent } from './subscription-events.js';

/** Of a subscription, what decides whether it hears of something. */
export interface Interest {
  readonly events: readonly SubscriptionEvent[];
  /** Matchers as people write them, `env=prod`, `severity=~medium|high`; all have to fit. */
  readonly match: readonly string[];
}

/**
 * Whether a subscription is to hear of something.
 * @param about the labels of what it is about, with `job`, `host` and `severity`; of an incident those of each of its
 * alerts, of which one has to fit
 */
export function wants({ events, match }: Interest, event: SubscriptionEvent, about: readonly Labels[]): boolean {
  if (!events.includes(event)) return false;
  const matchers = match.map(matcherOf);
  // What cannot be read was never taken; if it is there all the same, nothing is told rather than everything.
  if (matchers.some((matcher) => matcher === null)) return false;
  return matchers.length === 0 || about.some((labels) => matchesAll(matchers as Matcher[], labels));
}

function matcherOf(text: string): Matcher | null {
  const read = readMatcher(text);
  return read.ok ? read.value : null;
}
