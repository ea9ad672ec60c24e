import type { DrillHost, DrillLabel, DrillScenario } from './drill-plan.js';
import type { DrillIncident, Missing, ScenarioResult } from './judge-drill.js';

/** Something that was done or seen, after the scenario's beginning. */
export interface DrillMoment {
  readonly afterMs: number;
  readonly text: string;
}

export interface DrilledScenario extends ScenarioResult {
  readonly timeline: readonly DrillMoment[];
  /** Those that opened while it lasted, as they were at the end of the drill. */
  readonly incidents: readonly DrillIncident[];
}

/** A whole drill, as `--json` prints it. */
export interface DrillResult {
  readonly version: string;
  readonly label: DrillLabel;
  readonly hosts: readonly DrillHost[];
  readonly jobs: number;
  readonly faultSeconds: number;
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly scenarios: readonly DrilledScenario[];
  readonly skipped: readonly { readonly scenario: DrillScenario; readonly why: string }[];
}

/** Everything that has to be said with names, of all scenarios. */
export function missingOf({ scenarios }: DrillResult): Missing[] {
  return scenarios.flatMap(({ missing }) => missing);
}

/** Whether the drill was passed: something was drilled, and nothing was missed. */
export function isPassed(result: DrillResult): boolean {
  return result.scenarios.length > 0 && missingOf(result).length === 0;
}
