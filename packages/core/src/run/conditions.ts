import type { Conditions } from '../job/job-spec.js';
import type { RunDetail } from './detail-texts.js';

/** What a host measured; percent of the whole, 0-100. Only what the conditions ask for needs to be there. */
export interface ConditionFacts {
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
  /** Whether a file is there under the condition's path, its placeholders filled in. */
  readonly fileExists?: boolean;
}

export type ConditionVerdict =
  | { readonly met: true }
  | {
      readonly met: false;
      readonly reason: 'condition_cpu' | 'condition_memory' | 'condition_file';
      /** What was found and what was expected. */
      readonly message: RunDetail;
    };

/** Whether a run may start; the first condition that does not hold is named. What could not be measured does not hold. */
export function judgeConditions(conditions: Conditions, facts: ConditionFacts): ConditionVerdict {
  const { cpuBelowPercent, memoryBelowPercent, fileExists } = conditions;
  if (fileExists !== undefined && facts.fileExists !== true)
    return { met: false, reason: 'condition_file', message: `no file ${fileExists}` };
  if (cpuBelowPercent !== undefined && !isBelow(facts.cpuPercent, cpuBelowPercent))
    return { met: false, reason: 'condition_cpu', message: `CPU ${share(facts.cpuPercent, cpuBelowPercent)}` };
  if (memoryBelowPercent !== undefined && !isBelow(facts.memoryPercent, memoryBelowPercent))
    return {
      met: false,
      reason: 'condition_memory',
      message: `memory ${share(facts.memoryPercent, memoryBelowPercent)}`,
    };
  return { met: true };
}

function isBelow(percent: number | undefined, limit: number): boolean {
  return percent !== undefined && percent < limit;
}

function share(percent: number | undefined, limit: number) {
  return `at ${percent === undefined ? 'unknown' : Math.round(percent)} %, expected below ${limit} %` as const;
}
