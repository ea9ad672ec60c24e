import { describeResultCode } from '@carillon/wintask/result-codes';
import { describeStartFailure } from '../starts/start-failure.js';
import type {
  AssignmentState,
  Certainty,
  DriftKind,
  HistoryState,
  HostPresence,
  HostState,
  RunState,
  StartFailureCause,
  TaskChangeState,
  WhyReason,
} from '../state/states.js';
import type { DueFire } from './due-fire.js';

/** What is known around a fire. Instants in epoch milliseconds. */
export interface WhyFacts {
  readonly nowMs: number;
  readonly host: {
    readonly state: HostState;
    readonly presence: HostPresence;
    readonly enrolledMs: number;
    readonly lastSeenMs: number | null;
    /** Events that wait on the host, as it last said. */
    readonly waiting: number;
  };
  readonly assignment: {
    readonly state: AssignmentState;
    readonly version: number;
    readonly appliedVersion: number | null;
    readonly code: string | null;
    readonly message: string | null;
    readonly updatedMs: number;
  } | null;
  /** Of the job on the host, from a while before the fire on, oldest first. */
  readonly runs: readonly {
    readonly id: string;
    readonly state: RunState;
    readonly reason: string | null;
    readonly detail: string | null;
    readonly scheduledForMs: number | null;
    readonly startedMs: number;
    readonly exitCode: number | null;
  }[];
  readonly failures: readonly {
    readonly runId: string;
    readonly cause: StartFailureCause;
    readonly scheduledForMs: number | null;
    readonly failedMs: number;
    readonly resultCode: number | null;
    readonly account: string | null;
    readonly records: readonly number[];
  }[];
  readonly changes: readonly {
    readonly state: TaskChangeState;
    readonly found: DriftKind | null;
    readonly noticedMs: number;
    readonly changedMs: number | null;
    readonly changedBy: string | null;
    readonly differences: readonly string[];
  }[];
  /** Times in which the host was not heard from; the last may go on. */
  readonly absences: readonly {
    readonly fromMs: number;
    readonly toMs: number | null;
    readonly bootedMs: number | null;
  }[];
  readonly history: { readonly state: HistoryState; readonly message: string | null } | null;
  /** The task as the host's inventory last showed it. */
  readonly task: {
    readonly enabled: boolean | null;
    readonly lastResult: number | null;
    readonly lastRunMs: number | null;
  } | null;
}

export interface Evidence {
  readonly atMs: number | null;
  readonly text: string;
}

export interface WhyAnswer {
  readonly reason: WhyReason;
  readonly certainty: Certainty;
  /** One sentence without a full stop. */
  readonly text: string;
  readonly evidence: readonly Evidence[];
  readonly runId: string | null;
}

type Fire = Extract<DueFire, { due: true }>;
type Judge = (fire: Fire, facts: WhyFacts) => WhyAnswer | null;

/** Starts follow their time within seconds; a loaded host may take minutes. */
const promptMs = 5 * 60_000;
/** How long the agent may take to notice a changed task. */
const noticeMs = 10 * 60_000;
/** Before this much time has passed, nothing need have been told. */
const tellMs = 3 * 60_000;

function answer(
  reason: WhyReason,
  certainty: Certainty,
  text: string,
  evidence: readonly Evidence[] = [],
  runId: string | null = null,
): WhyAnswer {
  return { reason, certainty, text, evidence, runId };
}

/** What became of a fire, from what was seen: the first judge that knows has the say. */
export function explainFire(fire: Fire, facts: WhyFacts): WhyAnswer {
  for (const judge of judges) {
    const verdict = judge(fire, facts);
    if (verdict) return verdict;
  }
  return noTrace(fire, facts);
}

const fromItsRun: Judge = ({ atMs }, { runs, failures }) => {
  const own = runs.find(
    ({ scheduledForMs, startedMs }) =>
      scheduledForMs === atMs || (scheduledForMs === null && startedMs >= atMs - 1_000 && startedMs < atMs + promptMs),
  );
  if (!own) return null;
  const failure = failures.find(({ runId }) => runId === own.id);
  if (failure) return fromFailure(failure);
  const { id, state, startedMs } = own;
  const how = [own.detail ?? own.reason, own.exitCode === null ? null : `exit code ${own.exitCode}`].filter(Boolean);
  const evidence = [{ atMs: startedMs, text: `run ${id}: ${state}${how.length > 0 ? `, ${how.join(', ')}` : ''}` }];
  switch (state) {
    case 'running':
      return answer('running', 'certain', 'it is running', evidence, id);
    case 'waiting':
      return answer('waiting', 'certain', `it waits: ${own.detail ?? own.reason ?? 'no reason given'}`, evidence, id);
    case 'skipped':
      return answer(
        'skipped',
        'certain',
        `it was skipped: ${own.detail ?? own.reason ?? 'no reason given'}`,
        evidence,
        id,
      );
    case 'indeterminate':
      return answer('lost', 'certain', 'it ran, and how it ended is not known: what ran it is gone', evidence, id);
    default:
      return startedMs - atMs > promptMs
        ? answer('ran_late', 'certain', `it ran late, and ${ended(state)}`, evidence, id)
        : answer('ran', 'certain', `it did run, and ${ended(state)}`, evidence, id);
  }
};

const fromStartFailure: Judge = ({ atMs }, { failures, runs }) => {
  const own =
    failures.find(({ scheduledForMs }) => scheduledForMs === atMs) ??
    failures.find(
      ({ failedMs, cause }) => cause !== 'missed' && failedMs >= atMs - 1_000 && failedMs < atMs + promptMs,
    ) ??
    // One record stands for everything that was missed until then.
    failures.find(
      ({ cause, failedMs }) =>
        cause === 'missed' &&
        failedMs >= atMs &&
        !runs.some(({ startedMs }) => startedMs >= atMs && startedMs <= failedMs),
    );
  return own ? fromFailure(own) : null;
};

function fromFailure(failure: WhyFacts['failures'][number]): WhyAnswer {
  const text = describeStartFailure(failure);
  const source =
    failure.records.length > 0
      ? `Task Scheduler's log: record ${failure.records.join(', ')}`
      : "the task's last result, since Task Scheduler's log cannot be read";
  const certainty = failure.records.length > 0 ? 'certain' : 'likely';
  return answer(failure.cause, certainty, text, [{ atMs: failure.failedMs, text: source }], failure.runId);
}

const fromMembership: Judge = ({ atMs }, { host, assignment }) => {
  if (host.enrolledMs > atMs)
    return answer('host_newer', 'certain', 'the host had not joined yet', [
      { atMs: host.enrolledMs, text: 'it joined' },
    ]);
  if (host.state !== 'active') return answer('host_not_active', 'certain', `the host is ${host.state}`);
  if (!assignment) return answer('not_assigned', 'certain', 'the job does not select this host');
  return null;
};

const fromAbsence: Judge = ({ atMs, version }, { absences, runs }) => {
  const absence = absences.find(({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || toMs >= atMs));
  if (!absence) return null;
  const { fromMs, toMs, bootedMs } = absence;
  const evidence = [{ atMs: fromMs, text: 'the host was last heard from' }];
  if (toMs === null) {
    const text =
      'the host has not been heard from since before that: whether it is off or only out of reach is not known, and a run would be told when it comes back';
    return answer('host_unknown', 'unknown', text, evidence);
  }
  evidence.push({ atMs: toMs, text: 'it was heard from again' });
  const late = version.onMissed === 'run-once' ? runs.find(({ startedMs }) => startedMs >= atMs) : undefined;
  if (late) evidence.push({ atMs: late.startedMs, text: `one run made up for what was missed: ${late.id}` });
  if (bootedMs !== null && bootedMs > atMs)
    return answer('host_off', 'certain', 'the host was off', [...evidence, { atMs: bootedMs, text: 'it started' }]);
  // Whatever ran has been told since: nothing did.
  const text = 'the host was not heard from and nothing ran: it was asleep, or without Task Scheduler';
  return answer('host_absent', 'likely', text, evidence);
};

/** What was seen there may not have arrived yet. */
const fromBacklog: Judge = (_, { host }) => {
  if (host.waiting === 0 || (host.presence !== 'online' && host.presence !== 'lagging')) return null;
  const text = `${host.waiting} events of the host have not arrived yet; its run may be among them`;
  return answer('unreported', 'unknown', text);
};

const fromHaste: Judge = ({ atMs }, { nowMs }) =>
  nowMs - atMs < tellMs ? answer('not_yet', 'unknown', 'it was due only just now; its start may still be told') : null;

const taskReasons = {
  deleted: 'task_deleted',
  disabled: 'task_disabled',
  edited: 'task_edited',
  unreadable: 'task_edited',
} as const;
const taskWords = {
  deleted: 'its task was deleted on the host',
  disabled: 'its task was switched off on the host',
  edited: 'its task was edited on the host',
  unreadable: 'its task was damaged on the host',
} as const;

const fromDrift: Judge = ({ atMs }, { changes }) => {
  const change =
    changes.find(
      ({ found, noticedMs, changedMs }) =>
        found !== null && noticedMs >= atMs && noticedMs < atMs + noticeMs && (changedMs ?? atMs) <= atMs,
    ) ??
    // Left as it was found, and not right again before the fire.
    changes.filter(({ noticedMs }) => noticedMs < atMs).at(-1);
  if (!change?.found || (change.noticedMs < atMs && change.state !== 'drifted')) return null;
  const who = change.changedBy === null ? '' : ` by ${change.changedBy}`;
  const evidence = [{ atMs: change.noticedMs, text: [`noticed: ${change.state}`, ...change.differences].join('; ') }];
  if (change.changedMs !== null) evidence.unshift({ atMs: change.changedMs, text: `changed${who}` });
  const certainty = change.changedMs === null && change.noticedMs > atMs ? 'likely' : 'certain';
  return answer(taskReasons[change.found], certainty, `${taskWords[change.found]}${who}`, evidence);
};

const fromAssignment: Judge = ({ atMs }, { assignment }) => {
  if (!assignment) return null;
  const { state, appliedVersion, version, updatedMs } = assignment;
  const said = [assignment.code, assignment.message].filter(Boolean).join(': ').replace(/\.$/, '');
  if (state === 'failed' || state === 'rejected') {
    const text = `version ${version} is not registered on the host: ${said || state}`;
    return answer('not_applied', 'certain', text, [{ atMs: updatedMs, text: `${state}` }]);
  }
  if (appliedVersion === null || (updatedMs > atMs && state === 'applied')) {
    const text =
      appliedVersion === null
        ? 'it is not registered on the host yet'
        : 'it may not have been registered on the host yet';
    const certainty = appliedVersion === null ? 'certain' : 'likely';
    return answer('not_applied', certainty, text, [{ atMs: updatedMs, text: `version ${version}: ${state}` }]);
  }
  return null;
};

const judges: readonly Judge[] = [
  fromItsRun,
  fromStartFailure,
  fromMembership,
  fromBacklog,
  fromAbsence,
  fromDrift,
  fromAssignment,
  fromHaste,
];

function noTrace({ atMs }: Fire, { history, task }: WhyFacts): WhyAnswer {
  const evidence: Evidence[] = [];
  if (history === null) evidence.push({ atMs: null, text: "the agent does not read Task Scheduler's log" });
  else if (history.state !== 'on')
    evidence.push({
      atMs: null,
      text: `Task Scheduler's log is ${history.state} on the host${history.message ? `; ${history.message}` : ''}`,
    });
  if (task?.enabled === false) evidence.push({ atMs: null, text: 'the host last showed the task as switched off' });
  if (task?.lastResult != null) {
    const { hex, text } = describeResultCode(task.lastResult);
    evidence.push({ atMs: task.lastRunMs, text: `the task's last result is ${hex}: ${text}` });
  }
  if (task?.lastRunMs != null && task.lastRunMs < atMs)
    evidence.push({ atMs: task.lastRunMs, text: 'the task ran last before that' });
  const text =
    history?.state === 'on'
      ? 'nothing was seen of it, and Task Scheduler says nothing of it either'
      : 'nothing was seen of it, and what Task Scheduler did is not known';
  return answer('no_trace', 'unknown', text, evidence);
}

function ended(state: RunState): string {
  return state === 'timed_out'
    ? 'ran into its time limit'
    : state === 'warning'
      ? 'ended with a warning'
      : `${state === 'killed' ? 'was ' : ''}${state}`;
}

const noFireWords: Readonly<Partial<Record<WhyReason, string>>> = {
  not_due: 'it was not due',
  calendar: 'its calendar has no fire on that day',
  no_timetable: 'it has no timetable: it starts by hand, or when something happens on the host',
  not_yet: 'that time is still to come',
  job_newer: 'the job did not exist yet',
  job_deleted: 'the job had been deleted',
  job_disabled: 'the job is switched off',
};

/** The answer where no fire was to be expected. */
export function explainNoFire(
  { reason, previousMs }: Extract<DueFire, { due: false }>,
  nextMs: number | null,
): WhyAnswer {
  const evidence: Evidence[] = [];
  if (previousMs !== null) evidence.push({ atMs: previousMs, text: 'the fire before' });
  if (nextMs !== null) evidence.push({ atMs: nextMs, text: 'the next fire' });
  return answer(reason, 'certain', noFireWords[reason] ?? reason, evidence);
}
