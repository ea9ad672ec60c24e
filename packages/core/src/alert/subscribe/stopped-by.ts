import { endpointGivenUpMs } from '../deliver/breaker.js';
import type { Outcome } from '../deliver/outcome.js';
import type { Reason } from '../reason.js';

/**
 * Whether an attempt is the one after which a subscription stops: its endpoint says that it is gone, or has failed for days.
 * @param failingSinceMs since when no attempt worked, epoch milliseconds; null: the last one did
 */
export function stoppedBy(outcome: Outcome, failingSinceMs: number | null, nowMs: number): Reason | null {
  if (outcome.kind === 'refused' && outcome.gone)
    return { code: 'gone', text: 'its endpoint says that it is gone (HTTP 410); switch it on again when it is back' };
  if (outcome.kind === 'sent' || failingSinceMs === null || nowMs - failingSinceMs <= endpointGivenUpMs) return null;
  const days = Math.floor((nowMs - failingSinceMs) / 86_400_000);
  const text = `its endpoint has failed for ${days} days; switch it on again when it works. Last: ${outcome.message}`;
  return { code: 'failing', text, figures: { days } };
}
