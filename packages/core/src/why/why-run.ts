import { describeStartFailure } from '../starts/start-failure.js';
import type { RunState } from '../state/states.js';
import { answer, type Judge, type WhyAnswer, type WhyFacts } from './why-facts.js';

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
  const source =
    failure.records.length > 0
      ? `Task Scheduler's log: record ${failure.records.join(', ')}`
      : "the task's last result, since Task Scheduler's log cannot be read";
  const certainty = failure.records.length > 0 ? 'certain' : 'likely';
  return answer(failure.cause, certainty, text, [{ atMs: failure.failedMs, text: source }], failure.runId);
}

function ended(state: RunState): string {
  return state === 'timed_out'
    ? 'ran into its time limit'
    : state === 'warning'
      ? 'ended with a warning'
      : `${state === 'killed' ? 'was ' : ''}${state}`;
}
