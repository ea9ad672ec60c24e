import {
  type ConditionOf,
  isRunCondition,
  needsOutput,
  needsSamples,
  type RunCondition,
  resultsNeeded,
} from '../conditions/condition.js';
import type { PolicyNow } from './world.js';

type Rate = ConditionOf<'failureRate'>;

/** What of a policy is asked again and again, for each of its results. */
export interface Traits {
  /** Those over the runs of one job on one host. */
  readonly runs: readonly RunCondition[];
  /** Those over all hosts of a job. */
  readonly jobWide: readonly Rate[];
  /** How many results they look back at. */
  readonly needed: number;
  /** Results are kept also while all is well. */
  readonly samples: boolean;
  readonly output: boolean;
}

/** Policies never change, only others take their place. */
const known = new WeakMap<PolicyNow, Traits>();

export function traitsOf(policy: PolicyNow): Traits {
  const found = known.get(policy) ?? read(policy);
  known.set(policy, found);
  return found;
}

function read({ conditions }: PolicyNow): Traits {
  const isJobWide = (condition: RunCondition): condition is Rate =>
    condition.kind === 'failureRate' && condition.over === 'job';
  const ofRuns = conditions.filter(isRunCondition);
  return {
    runs: ofRuns.filter((condition) => !isJobWide(condition)),
    jobWide: ofRuns.filter(isJobWide),
    needed: Math.max(0, ...conditions.map(resultsNeeded)),
    samples: conditions.some(needsSamples),
    output: conditions.some(needsOutput),
  };
}
