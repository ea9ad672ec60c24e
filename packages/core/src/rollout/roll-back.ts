import type { RefusalText } from '../text/refusal-texts.js';
import type { RolloutState } from './next-step.js';

/** A rollout, as far as going back from it is concerned. */
export interface RollBackFacts {
  readonly job: string;
  readonly version: number;
  /** The version that all of its hosts had last; null: none had any. */
  readonly baseVersion: number | null;
  /** Nothing was applied since. */
  readonly isNewest: boolean;
  readonly state: RolloutState;
}

export type RollBackVerdict =
  | { readonly ok: true /** The version to go back to. */; readonly to: number }
  | { readonly ok: false; readonly code: 'not_newest' | 'no_version_before' | 'over'; readonly message: RefusalText };

/** Can its hosts go back in one step? Also after it is done, as long as nothing newer was applied. */
export function judgeRollBack({ job, version, baseVersion, isNewest, state }: RollBackFacts): RollBackVerdict {
  const no = (code: Exclude<RollBackVerdict, { ok: true }>['code'], message: RefusalText) =>
    ({ ok: false, code, message }) as const;
  if (!isNewest)
    return no('not_newest', `job ${job}: version ${version} is not the newest any more; apply what it should be`);
  if (baseVersion === null)
    return no('no_version_before', `job ${job}: no host had it before; carillon delete takes it off its hosts`);
  if (state === 'running' || state === 'halted' || state === 'done') return { ok: true, to: baseVersion };
  return no('over', `job ${job}: version ${version} was ${state === 'rolled_back' ? 'rolled back already' : state}`);
}
