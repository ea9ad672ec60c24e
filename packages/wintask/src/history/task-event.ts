/** The log in which Task Scheduler tells what it did: `All Tasks History` in its own window. Often switched off. */
export const historyChannel = 'Microsoft-Windows-TaskScheduler/Operational';

/** One record of Task Scheduler's log. */
export interface TaskEvent {
  /** Grows within one host's log; starts over when the log is made anew. */
  readonly recordId: number;
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Named data, `TaskName` among them where the record is about a task. */
  readonly data: Readonly<Record<string, string>>;
}

/** Numbers of the records that tell something of a task. Source: the provider's manifest. */
export const taskEventIds = {
  started: 100,
  startFailed: 101,
  finished: 102,
  actionStartFailed: 103,
  logonFailed: 104,
  registered: 106,
  byTime: 107,
  byEvent: 108,
  byRegistration: 109,
  byUser: 110,
  terminated: 111,
  networkMissing: 112,
  startedLate: 114,
  byIdle: 117,
  byBoot: 118,
  byLogon: 119,
  processCreated: 129,
  serviceBusy: 130,
  quotaReached: 131,
  notIdle: 135,
  updated: 140,
  deleted: 141,
  disabled: 142,
  missedStart: 153,
  actionStarted: 200,
  actionCompleted: 201,
  actionFailed: 202,
  launchFailed: 203,
  ignoredRunning: 322,
  stoppedForNew: 323,
  queuedBehind: 324,
  notOnBattery: 326,
  timeLimit: 329,
  stoppedByUser: 330,
  userNotLoggedOn: 332,
  remoteAppSession: 333,
  workerSession: 334,
  serviceStarted: 400,
  serviceStopped: 402,
} as const;

/** The task that a record is about, as its path; undefined when it is about none. */
export function taskOf(event: TaskEvent): string | undefined {
  return event.data.TaskName || undefined;
}

/** The instance it is about; records name it in two ways. */
export function instanceOf({ data }: TaskEvent): string | undefined {
  return data.InstanceId || data.TaskInstanceId || data.TaskInstanceID || undefined;
}

/** Unsigned 32 bits; undefined when the record has none. */
export function resultCodeOf({ data: { ResultCode } }: TaskEvent): number | undefined {
  return ResultCode !== undefined && /^-?\d{1,10}$/.test(ResultCode) ? Number(ResultCode) >>> 0 : undefined;
}

/** Who did it, as Windows writes it: `CORP\anna`. */
export function accountOf({ data }: TaskEvent): string | undefined {
  return data.UserName || data.UserContext || undefined;
}
