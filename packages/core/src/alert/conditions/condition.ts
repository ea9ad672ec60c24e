import type { ExitCodeRange } from '../../job/job-spec.js';
import type { LogLevel } from '../../run/log-line.js';
import { mostResults } from './series-limits.js';

/** What a policy asks about, every default written out. Spans in milliseconds, shares in percent. */
export type Condition =
  /** The last so many runs all failed. */
  | { readonly kind: 'consecutiveFailures'; readonly count: number }
  /** So many of the last so many failed. */
  | { readonly kind: 'failures'; readonly atLeast: number; readonly of: number }
  /** The last so many runs all timed out. */
  | { readonly kind: 'timedOut'; readonly count: number }
  /** Too large a share failed within a time that slides along; says nothing about fewer runs than `minimumRuns`. */
  | {
      readonly kind: 'failureRate';
      readonly above: number;
      readonly windowMs: number;
      readonly minimumRuns: number;
      /** On each host by itself, or on all hosts of the job together. */
      readonly over: 'host' | 'job';
    }
  /** An expected run did not come. */
  | { readonly kind: 'missed'; readonly graceMs: number }
  /** Nothing succeeded for so long, whatever the excuse. */
  | { readonly kind: 'noSuccessFor'; readonly ms: number }
  /** A run takes longer than so long, or than so many times what is usual. */
  | { readonly kind: 'longerThan'; readonly ms: number | null; readonly factor: number | null }
  | { readonly kind: 'exitCodes'; readonly ranges: readonly ExitCodeRange[] }
  /** A line of the output matches; RE2's syntax, without backtracking. */
  | { readonly kind: 'output'; readonly pattern: string }
  /** A structured line of the output has this level or a worse one. */
  | { readonly kind: 'logLevel'; readonly atLeast: LogLevel }
  | { readonly kind: 'hostOffline'; readonly forMs: number }
  | { readonly kind: 'load'; readonly figure: LoadFigure; readonly above: number; readonly forMs: number }
  | { readonly kind: 'drift' }
  /** A definition that a host refused, or could not register. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'spoolLoss' }
  | { readonly kind: 'clockSkew'; readonly ms: number };

export const loadFigures = ['cpu', 'memory', 'disk'] as const;
export type LoadFigure = (typeof loadFigures)[number];

export type ConditionKind = Condition['kind'] | 'system';
export type ConditionOf<K extends Condition['kind']> = Extract<Condition, { readonly kind: K }>;

/** Conditions that look at the runs of one job on one host. */
const runKinds = [
  'consecutiveFailures',
  'failures',
  'timedOut',
  'failureRate',
  'exitCodes',
  'output',
  'logLevel',
  'longerThan',
  'noSuccessFor',
  'missed',
] as const;
export type RunCondition = ConditionOf<(typeof runKinds)[number]>;

export function isRunCondition(condition: Condition): condition is RunCondition {
  return (runKinds as readonly string[]).includes(condition.kind);
}

/** Whether its alert is about a host and no job. */
export function isHostCondition({ kind }: Condition): boolean {
  return kind === 'hostOffline' || kind === 'load' || kind === 'spoolLoss' || kind === 'clockSkew';
}

/** Whether it needs to know the results before a failure, so that they are to be kept while all is well. */
export function needsSamples(condition: Condition): boolean {
  if (condition.kind === 'failureRate') return condition.over === 'host';
  return condition.kind === 'longerThan' && condition.factor !== null;
}

/** How many results it looks back at, the newest included. */
export function resultsNeeded(condition: Condition): number {
  if (needsSamples(condition)) return mostResults;
  if (condition.kind === 'failures') return condition.of;
  return condition.kind === 'consecutiveFailures' || condition.kind === 'timedOut' ? condition.count : 1;
}

/** Whether it needs what a run wrote. */
export function needsOutput({ kind }: Condition): boolean {
  return kind === 'output' || kind === 'logLevel';
}

/** Whether it needs to be told when a run starts. */
export function needsStarts({ kind }: Condition): boolean {
  return kind === 'longerThan';
}
