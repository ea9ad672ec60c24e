import type { Action } from '@carillon/core/access/roles';
import { mayAnywhere, mayEverywhere } from '../../lib/may.js';

/** From a new installation to one that tells more than one person what fails. */
export const stepKeys = ['host', 'job', 'run', 'channel', 'policy', 'person'] as const;
export type StepKey = (typeof stepKeys)[number];

/** What is there. */
export interface Made {
  readonly hosts: number;
  readonly jobs: number;
  readonly runs: number;
  readonly channels: number;
  /** Of the channels, those through which something has arrived: a test, or a notice. */
  readonly tested: number;
  readonly policies: number;
  /** Accounts of people besides the reader's own. */
  readonly people: number;
}

export interface FirstStep {
  readonly key: StepKey;
  readonly isDone: boolean;
  /** The first that is to be done. */
  readonly isNext: boolean;
  /** `channel`: there is one, and nobody knows whether anything arrives. */
  readonly isHalf: boolean;
}

const needs = {
  host: { action: 'host.enrol', everywhere: true },
  job: { action: 'job.write', everywhere: false },
  run: { action: 'run', everywhere: false },
  channel: { action: 'alert.write', everywhere: true },
  policy: { action: 'alert.write', everywhere: true },
  person: { action: 'access.manage', everywhere: true },
} as const satisfies Record<StepKey, { action: Action; everywhere: boolean }>;

/** The steps that somebody with these grants can do. */
export function ownSteps(grants: readonly string[] | undefined): StepKey[] {
  return stepKeys.filter((key) => {
    const { action, everywhere } = needs[key];
    return everywhere ? mayEverywhere(grants, action) : mayAnywhere(grants, action);
  });
}

/** How far each of these steps is. */
export function firstSteps(keys: readonly StepKey[], made: Made): FirstStep[] {
  const done = {
    host: made.hosts > 0,
    job: made.jobs > 0,
    run: made.runs > 0,
    channel: made.tested > 0,
    policy: made.policies > 0,
    person: made.people > 0,
  } satisfies Record<StepKey, boolean>;
  const next = keys.find((key) => !done[key]);
  return keys.map((key) => ({
    key,
    isDone: done[key],
    isNext: key === next,
    isHalf: key === 'channel' && !done.channel && made.channels > 0,
  }));
}

/** What a demo has to be tried on, with what it takes. */
const trials = {
  incident: 'incident.handle',
  missed: 'read',
  job: 'job.write',
  adopt: 'job.write',
} as const satisfies Record<string, Action>;
export type TrialKey = keyof typeof trials;

/** What somebody with these grants can try. */
export function ownTrials(grants: readonly string[] | undefined): TrialKey[] {
  return (Object.keys(trials) as TrialKey[]).filter((key) => mayAnywhere(grants, trials[key]));
}

/** What somebody did with the card: `done`: all steps were, so that nothing has to be asked for again. */
export type CardFate = 'hidden' | 'done' | null;

/**
 * What the first page shows to somebody: the steps, what a demo is for, or nothing of both.
 * @param isWanted somebody asked for it, whatever was hidden or done
 */
export function cardOf({
  fate,
  isDemo,
  isWanted,
  keys,
}: {
  readonly fate: CardFate;
  readonly isDemo: boolean;
  readonly isWanted: boolean;
  readonly keys: readonly StepKey[];
}): 'steps' | 'demo' | null {
  if (fate !== null && !isWanted) return null;
  if (isDemo) return 'demo';
  return keys.length > 0 ? 'steps' : null;
}
