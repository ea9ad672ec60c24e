import type { OverlapPolicy } from '../job/job-spec.js';
import { unreachable } from '../state/states.js';
import type { RunDetail } from './detail-texts.js';

/** Runs of one job that may wait for the one before on a host; each is a process of its own. */
export const queuedRuns = 5;

/** A run of the same job that is under way on the host. */
export interface RunUnderWay {
  readonly runId: string;
  /** Its program has not started yet. */
  readonly isWaiting: boolean;
}

export type OverlapVerdict =
  | { readonly act: 'start' }
  | { readonly act: 'skip'; readonly reason: 'overlap' | 'queue_full'; readonly message: RunDetail }
  /** Start when these have ended. */
  | { readonly act: 'wait'; readonly runIds: readonly string[] }
  /** End these, then start. */
  | { readonly act: 'replace'; readonly runIds: readonly string[] };

/** What a start does about the runs of its job that are under way. */
export function judgeOverlap(policy: OverlapPolicy, underWay: readonly RunUnderWay[]): OverlapVerdict {
  const [first] = underWay;
  if (first === undefined || policy === 'parallel') return { act: 'start' };
  const runIds = underWay.map(({ runId }) => runId);
  switch (policy) {
    case 'skip':
      return { act: 'skip', reason: 'overlap', message: `run ${first.runId} is still under way` };
    case 'queue': {
      const waiting = underWay.filter(({ isWaiting }) => isWaiting).length;
      return waiting < queuedRuns
        ? { act: 'wait', runIds }
        : {
            act: 'skip',
            reason: 'queue_full',
            message: `${waiting} runs wait already, expected fewer than ${queuedRuns}`,
          };
    }
    case 'replace':
      return { act: 'replace', runIds };
    default:
      return unreachable(policy);
  }
}
