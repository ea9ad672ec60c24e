import type { HostFaultText } from '../text/host-fault-texts.js';
/**
 * Why a job version must not be sent to an agent: it would run the job wrongly, or, when it is too old to know what
 * `needs` means, not even refuse it. Null when nothing speaks against it.
 */
export function holdBackReason(needs: readonly string[], capabilities: readonly string[]): HostFaultText | null {
  const lacking = needs.filter((need) => !capabilities.includes(need));
  return lacking.length === 0 ? null : `its agent cannot do ${lacking.join(', ')}; upgrade it`;
}

/** Code of an assignment that is held back. */
export const heldBackCode = 'agent_too_old';
