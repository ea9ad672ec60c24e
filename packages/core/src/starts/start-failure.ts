import { describeResultCode } from '@carillon/wintask/result-codes';
import type { StartFailureCause } from '../state/states.js';

/** A start that Task Scheduler was to make and of which no run came. */
export interface StartFailure {
  /** Of the task, in lower case. */
  readonly path: string;
  /** Number of the record that told it first; with the time it names the failure for ever. */
  readonly recordId: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly cause: StartFailureCause;
  /** Unsigned 32 bits; null where there is none. */
  readonly resultCode: number | null;
  /** The account that the task was to run as, as Windows names it. */
  readonly account: string | null;
  /** Was it asked for on the host or by a command, rather than by a trigger? */
  readonly onDemand: boolean;
  /** Kinds of records that it was read from. */
  readonly records: readonly number[];
}

const logonCodes: ReadonlySet<number> = new Set([
  // ERROR_LOGON_FAILURE, restriction, hours, workstation, password expired, account disabled
  0x8007052e, 0x8007052f, 0x80070530, 0x80070531, 0x80070532, 0x80070533,
  // right not granted, account expired, password must change, locked out
  0x80070569, 0x80070701, 0x80070773, 0x80070775,
  // SCHED_E_ACCOUNT_INFORMATION_NOT_SET, _ACCOUNT_NAME_NOT_FOUND, _ACCOUNT_DBASE_CORRUPT
  0x8004130f, 0x80041310, 0x80041311,
]);

/** What a result code alone says of a start that failed. */
export function causeOfCode(code: number): StartFailureCause {
  if (logonCodes.has(code)) return 'logon_failed';
  if (code === 0x800704dd || code === 0x80041320) return 'not_logged_on';
  if (code === 0x8004131f) return 'overlap';
  if (code === 0x80041323) return 'service_busy';
  if (code === 0x800710e0 || code === 0x80041324) return 'refused';
  return 'launch_failed';
}

const words: Record<StartFailureCause, (account: string) => string> = {
  logon_failed: (account) => `Task Scheduler could not log on ${account}`,
  not_logged_on: (account) => `the task runs only while ${account} is logged on, and nobody was`,
  launch_failed: () => 'Task Scheduler could not start the runner',
  runner_failed: () => 'the runner was started and ended without a word',
  on_battery: () => 'the host was on battery',
  no_network: () => 'the network that the task asks for was not there',
  not_idle: () => 'the host was not idle',
  service_busy: () => 'Task Scheduler was too busy',
  refused: () => 'Task Scheduler refused the start: a condition of the task was not met',
  overlap: () => 'the run before was still going on',
  missed: () => 'the host was off, asleep or without Task Scheduler at the time, and missed starts are not made up for',
};

/** In one sentence without a full stop, the code and what it means included. */
export function describeStartFailure(failure: Pick<StartFailure, 'cause' | 'resultCode' | 'account'>): string {
  const { cause, resultCode, account } = failure;
  const text = words[cause](account ?? 'its account');
  if (resultCode === null) return text;
  const code = describeResultCode(resultCode);
  return `${text}: ${code.hex}, ${code.text.replace(/\.$/, '')}`;
}
