import {
  accountOf,
  taskEventIds as ids,
  instanceOf,
  resultCodeOf,
  type TaskEvent,
  taskOf,
} from '@carillon/wintask/history/task-event';
import type { StartFailureCause } from '../state/states.js';
import { causeOfCode, type StartFailure } from './start-failure.js';

/** Windows tells one failure in several records, within a moment. */
const togetherMs = 10_000;
/** So long after its last record a failure is told whole. */
const settledMs = 5_000;
/** Instances of which no end was read are forgotten after this. */
const forgetMs = 7 * 86_400_000;

interface OpenFailure extends StartFailure {
  readonly lastAtMs: number;
  readonly instance: string | null;
  /** Its cause was read from a record that names it, not from a code. */
  readonly isNamed: boolean;
}

/** What is known of starts between two readings of the log. Plain JSON: it is kept beside the place in the log. */
export interface StartsMemory {
  readonly failures: readonly OpenFailure[];
  /** Accounts that could not log on; those records do not name the task. */
  readonly logons: readonly { readonly atMs: number; readonly code: number; readonly account: string | null }[];
  /** When the runner of an instance was started, by instance. */
  readonly launches: Readonly<Record<string, number>>;
  /** When a start was asked for by hand, by task. */
  readonly demands: Readonly<Record<string, number>>;
}

export const noStarts: StartsMemory = { failures: [], logons: [], launches: {}, demands: {} };

export interface StartsFacts {
  readonly nowMs: number;
  /** Is this path, in lower case, a task of ours? */
  readonly isOurs: (path: string) => boolean;
  /** Did a runner of this task leave a run, or its decision not to run, since then? */
  readonly hasRun: (path: string, sinceMs: number) => boolean;
}

/**
 * Reads on in Task Scheduler's log: which starts failed before a run was on record. Records of one failure come
 * together under the first of them, also when they arrive in two readings; the same records give the same failures.
 */
export function readStarts(
  memory: StartsMemory,
  events: readonly TaskEvent[],
  facts: StartsFacts,
): { memory: StartsMemory; failures: StartFailure[] } {
  const reading = new Reading(memory, facts);
  for (const event of events) reading.take(event);
  return reading.end();
}

class Reading {
  private failures: OpenFailure[];
  private logons: StartsMemory['logons'][number][];
  private readonly launches: Record<string, number>;
  private readonly demands: Record<string, number>;

  constructor(
    memory: StartsMemory,
    private readonly facts: StartsFacts,
  ) {
    this.failures = [...memory.failures];
    this.logons = [...memory.logons];
    this.launches = { ...memory.launches };
    this.demands = { ...memory.demands };
  }

  take(event: TaskEvent): void {
    const atMs = Date.parse(event.at);
    const code = resultCodeOf(event);
    if (event.id === ids.logonFailed && code !== undefined) {
      this.logons.push({ atMs, code, account: accountOf(event) ?? null });
      return;
    }
    const path = taskOf(event)?.toLowerCase();
    if (path === undefined || !this.facts.isOurs(path)) return;
    const instance = instanceOf(event);
    if (event.id === ids.byUser) this.demands[path] = atMs;
    else if (event.id === ids.actionStarted && instance) this.launches[instance] = atMs;
    else if (event.id === ids.finished || event.id === ids.terminated) delete this.launches[instance ?? ''];
    else if (event.id === ids.actionCompleted) this.onCompleted(event, path, atMs);
    else {
      const cause = causeOf(event, code);
      if (cause !== undefined) this.fail(event, path, cause);
    }
  }

  end(): { memory: StartsMemory; failures: StartFailure[] } {
    const { nowMs } = this.facts;
    // A clock that was set back must not hold anything up.
    const isSettled = ({ lastAtMs }: OpenFailure) => Math.abs(nowMs - lastAtMs) >= settledMs;
    const settled = this.failures.filter(isSettled);
    const isRecent = (atMs: number) => Math.abs(nowMs - atMs) < 60_000;
    return {
      failures: settled.map((failure) => this.closed(failure)),
      memory: {
        failures: this.failures.filter((failure) => !isSettled(failure)),
        logons: this.logons.filter(({ atMs }) => isRecent(atMs)),
        launches: keep(this.launches, (atMs) => nowMs - atMs < forgetMs),
        demands: keep(this.demands, isRecent),
      },
    };
  }

  /** An exit code other than 0 is the program's, as long as there is a run; without one it is the runner's own. */
  private onCompleted(event: TaskEvent, path: string, atMs: number): void {
    const instance = instanceOf(event);
    const startedMs = this.launches[instance ?? ''] ?? atMs - togetherMs;
    const code = resultCodeOf(event);
    if (code !== undefined && code !== 0 && !this.facts.hasRun(path, startedMs - 2_000))
      this.fail(event, path, { cause: 'runner_failed', isNamed: true });
  }

  private fail(event: TaskEvent, path: string, { cause, isNamed }: NamedCause): void {
    const atMs = Date.parse(event.at);
    const instance = instanceOf(event) ?? null;
    const same = this.failures.findIndex(
      (open) =>
        open.path === path &&
        Math.abs(atMs - open.lastAtMs) <= togetherMs &&
        (open.instance === null || instance === null || open.instance === instance),
    );
    const found: OpenFailure = {
      path,
      recordId: event.recordId,
      at: event.at,
      cause,
      isNamed,
      resultCode: resultCodeOf(event) ?? null,
      account: accountOf(event) ?? null,
      onDemand: Math.abs(atMs - (this.demands[path] ?? Number.NEGATIVE_INFINITY)) <= togetherMs,
      records: [event.id],
      instance,
      lastAtMs: atMs,
    };
    const open = this.failures[same];
    if (open) this.failures[same] = merge(open, found);
    else this.failures.push(found);
  }

  /** With what the log said of the account before or after, which it says without the task. */
  private closed({ lastAtMs, instance: _, isNamed: __, ...failure }: OpenFailure): StartFailure {
    const logon = this.logons.find(
      ({ atMs, code }) => code === failure.resultCode && Math.abs(atMs - lastAtMs) <= togetherMs,
    );
    if (!logon || (failure.cause !== 'launch_failed' && failure.cause !== 'logon_failed')) return failure;
    const records = [...failure.records, ids.logonFailed];
    return { ...failure, cause: 'logon_failed', account: logon.account ?? failure.account, records };
  }
}

interface NamedCause {
  readonly cause: StartFailureCause;
  readonly isNamed: boolean;
}

const named: Readonly<Record<number, StartFailureCause>> = {
  [ids.networkMissing]: 'no_network',
  [ids.serviceBusy]: 'service_busy',
  [ids.quotaReached]: 'service_busy',
  [ids.notIdle]: 'not_idle',
  [ids.missedStart]: 'missed',
  [ids.ignoredRunning]: 'overlap',
  [ids.notOnBattery]: 'on_battery',
  [ids.userNotLoggedOn]: 'not_logged_on',
  [ids.remoteAppSession]: 'refused',
  [ids.workerSession]: 'refused',
};
const coded: ReadonlySet<number> = new Set([
  ids.startFailed,
  ids.actionStartFailed,
  ids.actionFailed,
  ids.launchFailed,
]);

function causeOf({ id }: TaskEvent, code: number | undefined): NamedCause | undefined {
  if (named[id] !== undefined) return { cause: named[id], isNamed: true };
  if (coded.has(id)) return { cause: code === undefined ? 'launch_failed' : causeOfCode(code), isNamed: false };
  return undefined;
}

/** The first record stays the failure's name; a cause that a record names counts more than one read from a code. */
function merge(open: OpenFailure, found: OpenFailure): OpenFailure {
  const better = found.isNamed && !open.isNamed ? found : open;
  return {
    ...open,
    cause: better.cause,
    isNamed: better.isNamed,
    resultCode: open.resultCode ?? found.resultCode,
    account: open.account ?? found.account,
    instance: open.instance ?? found.instance,
    onDemand: open.onDemand || found.onDemand,
    records: [...open.records, ...found.records].slice(0, 20),
    lastAtMs: Math.max(open.lastAtMs, found.lastAtMs),
  };
}

function keep(entries: Readonly<Record<string, number>>, isKept: (atMs: number) => boolean): Record<string, number> {
  return Object.fromEntries(Object.entries(entries).filter(([, atMs]) => isKept(atMs)));
}
