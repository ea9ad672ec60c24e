import { describeStartFailure } from '../starts/start-failure.js';
import type { RunState } from '../state/states.js';
import { answer, type Evidence, type Judge, type WhyAnswer, type WhyFacts } from './why-facts.js';

/** Starts follow their time within seconds; a loaded host may take minutes. */
const promptMs = 5 * 60_000;

/** From the run itself, where one came of it. */
export const fromItsRun: Judge = ({ atMs }, { runs, failures }) => {
  const own = runs.find(
    ({ scheduledForMs, startedMs }) =>
      scheduledForMs === atMs || (scheduledForMs === null && startedMs >= atMs - 1_000 && startedMs < atMs + promptMs),
  );
  if (!own) return null;
  const failure = failures.find(({ runId }) => runId === own.id);
  if (failure) return fromFailure(failure);
  const { id, state, startedMs } = own;
  const how = [own.detail ?? own.reason, own.exitCode === null ? null : `exit code ${own.exitCode}`].filter(Boolean);
  const evidence: Evidence[] = [
    {
      atMs: startedMs,
      code: 'run',
      text: `run ${id}: ${state}${how.length > 0 ? `, ${how.join(', ')}` : ''}`,
      figures: { run: id, state, exitCode: own.exitCode },
    },
  ];
  const why = { why: own.reason };
  switch (state) {
    case 'running':
      return answer('running', 'certain', 'it is running', evidence, id);
    case 'waiting':
      return answer(
        'waiting',
        'certain',
        { text: `it waits: ${own.detail ?? own.reason ?? 'no reason given'}`, figures: why },
        evidence,
        id,
      );
    case 'skipped':
      return answer(
        'skipped',
        'certain',
        { text: `it was skipped: ${own.detail ?? own.reason ?? 'no reason given'}`, figures: why },
        evidence,
        id,
      );
    case 'indeterminate':
      return answer('lost', 'certain', 'it ran, and how it ended is not known: what ran it is gone', evidence, id);
    default:
      return startedMs - atMs > promptMs
        ? answer('ran_late', 'certain', { text: `it ran late, and ${ended(state)}`, figures: { state } }, evidence, id)
        : answer('ran', 'certain', { text: `it did run, and ${ended(state)}`, figures: { state } }, evidence, id);
  }
};

/** From what Task Scheduler says of a start that came to nothing. */
export const fromStartFailure: Judge = ({ atMs }, { failures, runs }) => {
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
  const { account, resultCode } = failure;
  const records = failure.records.join(', ');
  const source: Evidence =
    failure.records.length > 0
      ? {
          atMs: failure.failedMs,
          code: 'scheduler_log',
          text: `Task Scheduler's log: record ${records}`,
          figures: { records },
        }
      : {
          atMs: failure.failedMs,
          code: 'last_result_only',
          text: "the task's last result, since Task Scheduler's log cannot be read",
        };
  const certainty = failure.records.length > 0 ? 'certain' : 'likely';
  return answer(failure.cause, certainty, { text, figures: { account, resultCode } }, [source], failure.runId);
}

function ended(state: RunState): string {
  return state === 'timed_out'
    ? 'ran into its time limit'
    : state === 'warning'
      ? 'ended with a warning'
      : `${state === 'killed' ? 'was ' : ''}${state}`;
}
