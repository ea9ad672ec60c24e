import { describeResultCode } from '@carillon/wintask/result-codes';
import type { WhyReason } from '../state/states.js';
import type { DueFire } from './due-fire.js';
import { answer, type Evidence, type Fire, type Judge, type WhyAnswer, type WhyFacts } from './why-facts.js';
import { fromAbsence, fromBacklog, fromMembership, fromPause } from './why-host.js';
import { fromItsRun, fromStartFailure } from './why-run.js';
import { fromAssignment, fromDrift } from './why-task.js';

/** Before this much time has passed, nothing need have been told. */
const tellMs = 3 * 60_000;

/** What became of a fire, from what was seen: the first judge that knows has the say. */
export function explainFire(fire: Fire, facts: WhyFacts): WhyAnswer {
  for (const judge of judges) {
    const verdict = judge(fire, facts);
    if (verdict) return verdict;
  }
  return noTrace(fire, facts);
}

const fromHaste: Judge = ({ atMs }, { nowMs }) =>
  nowMs - atMs < tellMs ? answer('not_yet', 'unknown', 'it was due only just now; its start may still be told') : null;

const judges: readonly Judge[] = [
  fromItsRun,
  fromStartFailure,
  fromMembership,
  fromPause,
  fromBacklog,
  fromAbsence,
  fromDrift,
  fromAssignment,
  fromHaste,
];

function noTrace({ atMs }: Fire, { history, task }: WhyFacts): WhyAnswer {
  const evidence: Evidence[] = [];
  if (history === null)
    evidence.push({ atMs: null, code: 'log_unread', text: "the agent does not read Task Scheduler's log" });
  else if (history.state !== 'on')
    evidence.push({
      atMs: null,
      code: 'log_state',
      figures: { log: history.state },
      text: `Task Scheduler's log is ${history.state} on the host${history.message ? `; ${history.message}` : ''}`,
    });
  if (task?.enabled === false)
    evidence.push({ atMs: null, code: 'task_off', text: 'the host last showed the task as switched off' });
  if (task?.lastResult != null) {
    const { hex, text } = describeResultCode(task.lastResult);
    evidence.push({
      atMs: task.lastRunMs,
      code: 'task_result',
      text: `the task's last result is ${hex}: ${text}`,
      figures: { resultCode: task.lastResult },
    });
  }
  if (task?.lastRunMs != null && task.lastRunMs < atMs)
    evidence.push({ atMs: task.lastRunMs, code: 'ran_before', text: 'the task ran last before that' });
  const text =
    history?.state === 'on'
      ? 'nothing was seen of it, and Task Scheduler says nothing of it either'
      : 'nothing was seen of it, and what Task Scheduler did is not known';
  return answer('no_trace', 'unknown', text, evidence);
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
  if (previousMs !== null) evidence.push({ atMs: previousMs, code: 'fire_before', text: 'the fire before' });
  if (nextMs !== null) evidence.push({ atMs: nextMs, code: 'fire_next', text: 'the next fire' });
  return answer(reason, 'certain', noFireWords[reason] ?? reason, evidence);
}
