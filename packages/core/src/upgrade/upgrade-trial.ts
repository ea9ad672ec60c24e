import type { UpgradeText } from '../text/host-fault-texts.js';
/** An upgrade under way on a host, as it stands on disk. */
export interface UpgradeTrial {
  readonly version: string;
  readonly fromVersion: string;
  readonly sha256: string;
  /** When the new program took the place of the old. */
  readonly startedMs: number;
  /** Until then the new version must have said that it is well. */
  readonly deadlineMs: number;
}

/** What can be seen of a trial. */
export interface TrialFacts {
  readonly nowMs: number;
  /** The version whose agent has connected and said so, if any. */
  readonly confirmedVersion: string | undefined;
  /** Is an agent working on the folder? */
  readonly running: boolean;
}

export type TrialStep =
  | { readonly step: 'keep' }
  | { readonly step: 'wait'; readonly start: boolean }
  | { readonly step: 'revert'; readonly reason: UpgradeText };

/** Health of a new version: it must connect to the server within this time, the start of the program included. */
export const trialMs = 5 * 60_000;

/** What to do about a version on trial. A clock that was set back must not keep a broken version for ever. */
export function nextTrialStep(trial: UpgradeTrial, { nowMs, confirmedVersion, running }: TrialFacts): TrialStep {
  if (confirmedVersion === trial.version) return { step: 'keep' };
  const expired = nowMs >= trial.deadlineMs || nowMs < trial.startedMs - trialMs;
  if (!expired) return { step: 'wait', start: !running };
  const minutes = Math.round((trial.deadlineMs - trial.startedMs) / 6_000) / 10;
  const state = running ? 'it runs but has not connected to the server' : 'it does not run';
  const reason: UpgradeText = `version ${trial.version} did not come up within ${minutes} minutes: ${state}`;
  return { step: 'revert', reason };
}
