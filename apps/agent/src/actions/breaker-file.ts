import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BreakerState } from '@carillon/core/action/breaker';
import { readJson, writeJson } from '../state/files.js';
import type { ActionContext } from './action-context.js';
import { reasonOf } from './action-report.js';

type Kept = Pick<ActionContext, 'memory' | 'jobId' | 'report'>;

/** What the runs of a job have left; what cannot be read counts for nothing, and is said. */
export function loadBreaker(context: Kept): BreakerState | undefined {
  try {
    const found = readJson<Partial<BreakerState>>(fileOf(context));
    if (found === undefined) return undefined;
    const { version, failures, lastFailureMs } = found;
    if (![version, failures, lastFailureMs].every(Number.isFinite))
      throw new Error(`${fileOf(context)}: not what a run leaves`);
    return found as BreakerState;
  } catch (error) {
    context.report.say(`breaker: ${reasonOf(error)}; counted anew`);
    return undefined;
  }
}

/** The run has ended as it has, whether or not this can be kept. */
export function keepBreaker(context: Kept, state: BreakerState | undefined): void {
  try {
    if (state === undefined) rmSync(fileOf(context), { force: true });
    else writeJson(fileOf(context), state);
  } catch (error) {
    context.report.say(`breaker: this run could not be counted: ${reasonOf(error)}`);
  }
}

function fileOf({ memory, jobId }: Kept): string {
  return join(memory, `${jobId}.breaker.json`);
}
