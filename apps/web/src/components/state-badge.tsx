import type { AssignmentState, HostPresence, RunState, TaskChangeState } from '@carillon/core/state/states';
import { Badge } from '@mantine/core';
import { useWords, type Word } from '../i18n/index.js';

const runColors: Record<RunState, string> = {
  waiting: 'cyan',
  running: 'blue',
  succeeded: 'teal',
  warning: 'yellow',
  failed: 'red',
  timed_out: 'red',
  killed: 'grape',
  skipped: 'gray',
  indeterminate: 'orange',
};
const presenceColors: Record<HostPresence, string> = {
  online: 'teal',
  lagging: 'yellow',
  offline: 'red',
  'never-seen': 'gray',
};
const assignmentColors: Record<AssignmentState, string> = {
  desired: 'gray',
  delivered: 'blue',
  applied: 'teal',
  drifted: 'orange',
  failed: 'red',
  rejected: 'red',
  removing: 'gray',
};

const changeColors: Record<TaskChangeState, string> = { drifted: 'orange', repaired: 'teal', restored: 'teal' };

export const RunBadge = ({ state }: { state: RunState }) => (
  <StateBadge color={runColors[state]} word={`run.${state}`} />
);
export const PresenceBadge = ({ presence }: { presence: HostPresence }) => (
  <StateBadge color={presenceColors[presence]} word={`presence.${presence}`} />
);
export const AssignmentBadge = ({ state }: { state: AssignmentState }) => (
  <StateBadge color={assignmentColors[state]} word={`assignment.${state}`} />
);

export const TaskChangeBadge = ({ state }: { state: TaskChangeState }) => (
  <StateBadge color={changeColors[state]} word={`change.${state}`} />
);

/** Colour and word, never colour alone. */
function StateBadge({ color, word }: { color: string; word: Word }) {
  const { t } = useWords();
  return (
    <Badge color={color} variant="light" size="sm" tt="none">
      {t(word)}
    </Badge>
  );
}
