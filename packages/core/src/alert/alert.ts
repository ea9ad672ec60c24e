import type { AlertSeverity, AlertState } from '../state/states.js';
import type { Reason } from './reason.js';

/** What one alert is about. Two alerts with the same key are the same alert. */
export interface AlertKey {
  /** Name of the policy in lower case; `system` for what is wrong with ourselves. */
  readonly policy: string;
  /** Null where the policy looks at hosts, or at a job on all hosts together. */
  readonly jobId: string | null;
  readonly hostId: string | null;
  /** What else tells them apart, `disk:D`, `channel:email`; empty for most. */
  readonly what: string;
}

/** One firing thing. Instants in epoch milliseconds. */
export interface Alert {
  readonly id: string;
  readonly key: AlertKey;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  readonly flapping: boolean;
  /** Since when its condition has held, without a break. */
  readonly sinceMs: number;
  readonly firedMs: number | null;
  readonly resolvedMs: number | null;
  /** Why it is in its state. */
  readonly reason: Reason;
  /** The run that last changed it. */
  readonly runId: string | null;
  readonly incidentId: string | null;
  /** When it is to be looked at again though nothing happens; null: only when something does. */
  readonly wakeMs: number | null;
}

/** A step of an alert from one state to another: what the evaluation hands to the incidents, in order. */
export interface AlertTransition {
  readonly alert: Alert;
  /** `ok` for a new one. Equal states mean that it fires on with news worth telling (`reason`). */
  readonly from: AlertState;
  readonly atMs: number;
  readonly facts: AlertFacts;
}

/** What people want to read about an alert, frozen when it was decided. */
export interface AlertFacts {
  readonly policyName: string;
  /** Name of the condition that holds, `consecutiveFailures`. */
  readonly condition: string;
  readonly jobName: string | null;
  readonly hostName: string | null;
  readonly jobVersion: number | null;
  readonly owner: string | null;
  /** Labels of the host, with `host`, `job`, `policy` and `severity` beside them: what routes and silences match. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the run. */
  readonly outcome: string | null;
  readonly exitCode: number | null;
  readonly runbook: string | null;
}
