import { unreachable } from '../state/states.js';
import type { StepReason } from './next-step.js';

/** A reason in one line of English, for the command line, the audit and incidents. */
export function describeStep(reason: StepReason): string {
  switch (reason.code) {
    case 'failure_rate':
      return `failure rate ${reason.bad} of ${reason.results}`;
    case 'waiting_for_applied':
      return `waiting for applied: ${reason.waiting} of ${reason.hosts} hosts${unreached(reason.offline)}`;
    case 'soaking':
      return `soaking until ${iso(reason.untilMs)}${ran(reason.runs)}${unreached(reason.offline)}`;
    case 'frozen':
      return `frozen until ${iso(reason.untilMs)} by ${reason.freeze}`;
    case 'soaked':
      return `soaked${ran(reason.runs)}${unreached(reason.offline)}`;
    case 'all_applied':
      return `all ${reason.hosts} hosts have it${unreached(reason.offline)}`;
    case 'halted':
      return reason.why === undefined ? 'halted' : `halted: ${reason.why}`;
    default:
      return unreachable(reason);
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
const unreached = (offline: number) => (offline > 0 ? `; ${offline} cannot be reached` : '');
const ran = (runs: number) => (runs === 0 ? '; no run of it yet' : `; ${runs} run${runs === 1 ? '' : 's'} of it`);
