/**
 * How a new version of a job reaches its hosts. Rings add up: each has what the ones before have. Absent from a
 * definition: all hosts get it at once.
 */
export interface RolloutRules {
  readonly rings: readonly RingRule[];
  /** Between two rings, counted from when the hosts of the ring that can be reached have the version. */
  readonly soakMs: number;
  readonly haltOn: HaltRule;
}

/** Of the hosts that the job is for: a share of 0 to 100, or those that have all these labels when it starts. */
export type RingRule = { readonly percent: number } | { readonly labels: Readonly<Record<string, string>> };

export interface HaltRule {
  /** So many of 100 results, or more, stop it. */
  readonly failureRate: number;
  /** Results that are needed to say so; rings of fewer hosts need one of each. */
  readonly minimum: number;
}

export const rolloutDefaults = { soakMs: 30 * 60_000, haltOn: { failureRate: 10, minimum: 3 } } as const;

/** `5%`, `labels ring=canary`. */
export function describeRing(rule: RingRule): string {
  if ('percent' in rule) return `${rule.percent}%`;
  return `labels ${Object.entries(rule.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}`;
}
