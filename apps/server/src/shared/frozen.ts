import { mayEverywhere } from '@carillon/core/access/decide';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { ApiError } from '../http/api-error.js';
import type { Caller } from '../http/caller.js';
import type { FreezeOverride, FrozenJob } from '../store/freezes.js';

const namedJobs = 5;

/** @throws ApiError `conflict` that names the freeze that ends last, until when it holds, and what to do */
export function refuseFrozen(frozen: readonly FrozenJob[]): void {
  const [last] = [...frozen].sort((a, b) => b.by.untilMs - a.by.untilMs);
  if (!last) return;
  const { name, reason, untilMs } = last.by;
  const jobs = frozen.map(({ job }) => job);
  const more = jobs.length > namedJobs ? ` and ${jobs.length - namedJobs} more` : '';
  const until = new Date(untilMs).toISOString();
  const message: RefusalText = `frozen by ${JSON.stringify(name)} until ${until} (${reason}): ${jobs.slice(0, namedJobs).join(', ')}${more}; wait, or have somebody who may override it with a reason (--override-freeze)`;
  throw new ApiError('conflict', message, { freeze: name, until, jobs });
}

/** Of a reason that is given; whoever gives it must have the right to, which is asked where he does. */
export function overrideOf(reason: string | undefined): FreezeOverride | undefined {
  return reason === undefined ? undefined : { reason };
}

/** @throws ApiError `forbidden` */
export function requireFreezeRight({ rights }: Caller, action: 'freeze.write' | 'freeze.override'): void {
  if (mayEverywhere(rights, action)) return;
  const message: RefusalText = `${action}: expected the role approver or admin, whose scope is everything`;
  throw new ApiError('forbidden', message, { action, reason: 'no_role', about: null });
}
