import { answer, type Evidence, type Judge } from './why-facts.js';

/** How long the agent may take to notice a changed task. */
const noticeMs = 10 * 60_000;

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

/** From what somebody did to the task on the host. */
export const fromDrift: Judge = ({ atMs }, { changes }) => {
  const change =
    changes.find(
      ({ found, noticedMs, changedMs }) =>
        found !== null && noticedMs >= atMs && noticedMs < atMs + noticeMs && (changedMs ?? atMs) <= atMs,
    ) ??
    // Left as it was found, and not right again before the fire.
    changes.filter(({ noticedMs }) => noticedMs < atMs).at(-1);
  if (!change?.found || (change.noticedMs < atMs && change.state !== 'drifted')) return null;
  const who = change.changedBy === null ? '' : ` by ${change.changedBy}`;
  const by = { by: change.changedBy };
  const evidence: Evidence[] = [
    {
      atMs: change.noticedMs,
      code: 'change_noticed',
      text: [`noticed: ${change.state}`, ...change.differences].join('; '),
      figures: { change: change.state, differences: change.differences.join('; ') },
    },
  ];
  if (change.changedMs !== null)
    evidence.unshift({ atMs: change.changedMs, code: 'changed', text: `changed${who}`, figures: by });
  const certainty = change.changedMs === null && change.noticedMs > atMs ? 'likely' : 'certain';
  return answer(
    taskReasons[change.found],
    certainty,
    { text: `${taskWords[change.found]}${who}`, figures: by },
    evidence,
  );
};

/** From what became of the job version on the host. */
export const fromAssignment: Judge = ({ atMs }, { assignment }) => {
  if (!assignment) return null;
  const { state, appliedVersion, version, updatedMs } = assignment;
  const said = [assignment.code, assignment.message].filter(Boolean).join(': ').replace(/\.$/, '');
  if (state === 'failed' || state === 'rejected') {
    const text = `version ${version} is not registered on the host: ${said || state}`;
    const seen: Evidence = {
      atMs: updatedMs,
      code: 'assignment',
      text: state,
      figures: { version, assignment: state },
    };
    return answer('not_applied', 'certain', { text, figures: { version, why: assignment.code } }, [seen]);
  }
  if (appliedVersion === null || (updatedMs > atMs && state === 'applied')) {
    const text =
      appliedVersion === null
        ? 'it is not registered on the host yet'
        : 'it may not have been registered on the host yet';
    const certainty = appliedVersion === null ? 'certain' : 'likely';
    return answer('not_applied', certainty, { text, figures: { version } }, [
      {
        atMs: updatedMs,
        code: 'assignment',
        text: `version ${version}: ${state}`,
        figures: { version, assignment: state },
      },
    ]);
  }
  return null;
};
