import type { AlertSeverity } from '../../state/states.js';
import type { Alert, AlertFacts } from '../alert.js';
import type { Condition, ConditionKind } from '../conditions/condition.js';
import type { Pattern } from '../conditions/pattern.js';
import type { PolicyScope } from '../documents/alert-policy.schema.js';
import type { Reason } from '../reason.js';
import type { Minutes, Series } from './series.js';

/** A policy, ready to be asked. */
export interface PolicyNow {
  /** Name in lower case. */
  readonly key: string;
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly conditions: readonly Condition[];
  /** By the text of its `output` condition. */
  readonly pattern: Pattern | null;
  readonly forMs: number;
  readonly resolveAfter: number;
  readonly scope: PolicyScope | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly runbook: string | null;
}

export interface JobNow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly owner: string;
  /** Policies that it names. */
  readonly alerts: readonly string[];
}

export interface HostNow {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Jobs that it should have; only where something about the host itself is asked. */
  readonly jobs?: readonly Pick<JobNow, 'name' | 'alerts'>[];
}

/** Which policies look at what. */
export interface PolicyLookup {
  get(key: string): PolicyNow | undefined;
  pair(job: JobNow, host: HostNow): readonly PolicyNow[];
  job(job: JobNow): readonly PolicyNow[];
  host(host: HostNow): readonly PolicyNow[];
}

export interface MissedRun {
  readonly dueMs: number;
  /** One of `whyReasons`, and in words. */
  readonly cause: string;
  readonly text: string;
}

/** What an alert remembers from one look to the next. */
export interface AlertMemory {
  /** Conditions that hold, and why. */
  readonly holding: Readonly<Partial<Record<ConditionKind, Reason>>>;
  /** When the newest result was due at which it held. */
  readonly heldAtMs?: number;
  /** Expected runs that did not come and were not answered since. */
  readonly missed?: readonly MissedRun[];
  /** Runs under way. */
  readonly running?: readonly { readonly runId: string; readonly startedMs: number }[];
  readonly lastSuccessMs?: number;
  /** Since when a figure of the host has been above its limit. */
  readonly aboveSinceMs?: Readonly<Record<string, number>>;
}

/** An alert's row, also one that only waits (`ok` with a time to look again). */
export interface AlertRow {
  readonly alert: Alert;
  readonly memory: AlertMemory;
  readonly facts: AlertFacts;
}

/** All that the evaluation of a batch of signals needs to know. The evaluation changes the maps and nothing else. */
export interface World {
  readonly nowMs: number;
  readonly policies: PolicyLookup;
  readonly jobs: ReadonlyMap<string, JobNow>;
  readonly hosts: ReadonlyMap<string, HostNow>;
  /** By `pairOf`. */
  readonly series: Map<string, Series>;
  /** By job. */
  readonly minutes: Map<string, Minutes>;
  /** By `textOfKey`. */
  readonly alerts: Map<string, AlertRow>;
  /** What runs wrote, by run, where a policy asks for it. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Makes the ids of new alerts. */
  readonly makeId: () => string;
}

export const pairOf = (jobId: string, hostId: string): string => `${jobId}/${hostId}`;

export function textOfKey(key: Alert['key']): string {
  return `${key.policy}|${key.jobId ?? ''}|${key.hostId ?? ''}|${key.what}`;
}
