import type {
  Adoption,
  AlertSeverity,
  AlertState,
  AssignmentState,
  HostPresence,
  HostState,
  IncidentState,
  JobHealth,
  NoticeState,
  RunState,
  TaskChangeState,
} from '@carillon/core/state/states';
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
const healthColors: Record<JobHealth, string> = {
  failing: 'red',
  unapplied: 'orange',
  ok: 'teal',
  never: 'gray',
  off: 'gray',
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
const severityColors: Record<AlertSeverity, string> = { low: 'yellow', medium: 'orange', high: 'red' };
const incidentColors: Record<IncidentState, string> = {
  firing: 'red',
  acked: 'blue',
  recovering: 'yellow',
  resolved: 'teal',
};
const alertColors: Record<AlertState, string> = { ...incidentColors, ok: 'teal', pending: 'gray' };
const noticeColors: Record<NoticeState, string> = {
  queued: 'gray',
  sending: 'blue',
  sent: 'teal',
  failed: 'orange',
  dead: 'red',
  cancelled: 'gray',
};
const adoptionColors: Record<Adoption, string> = { wanted: 'blue', adopted: 'teal', left: 'orange' };

/** The colour that a state has wherever it is shown. */
export const runColor = (state: RunState): string => runColors[state];

export const RunBadge = ({ state }: { state: RunState }) => (
  <StateBadge color={runColors[state]} word={`run.${state}`} />
);
export const HealthBadge = ({ health }: { health: JobHealth }) => (
  <StateBadge color={healthColors[health]} word={`health.${health}`} />
);
export const PresenceBadge = ({ presence }: { presence: HostPresence }) => (
  <StateBadge color={presenceColors[presence]} word={`presence.${presence}`} />
);
/** How a host looks; of one that takes no part, why. */
export const HostBadge = ({ state, presence }: { state: HostState; presence: HostPresence }) =>
  state === 'active' ? (
    <PresenceBadge presence={presence} />
  ) : (
    <StateBadge color="orange" word={`hostState.${state}`} />
  );
export const AssignmentBadge = ({ state }: { state: AssignmentState }) => (
  <StateBadge color={assignmentColors[state]} word={`assignment.${state}`} />
);

export const SeverityBadge = ({ severity }: { severity: AlertSeverity }) => (
  <StateBadge color={severityColors[severity]} word={`severity.${severity}`} />
);
export const IncidentBadge = ({ state }: { state: IncidentState }) => (
  <StateBadge color={incidentColors[state]} word={`incident.${state}`} />
);
export const AlertBadge = ({ state }: { state: AlertState }) => (
  <StateBadge color={alertColors[state]} word={`alert.${state}`} />
);
export const NoticeBadge = ({ state }: { state: NoticeState }) => (
  <StateBadge color={noticeColors[state]} word={`notice.${state}`} />
);

/** What became of a changed task; where the job keeps what is edited, whether that could be kept. */
export const TaskChangeBadge = ({ state, adoption }: { state: TaskChangeState; adoption: Adoption | null }) =>
  adoption === null ? (
    <StateBadge color={changeColors[state]} word={`change.${state}`} />
  ) : (
    <StateBadge color={adoptionColors[adoption]} word={`adoption.${adoption}`} />
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
