/**
 * Every state of the product and the questions asked of them, in one file.
 * The database's enums are checked against these lists by a test.
 */
export const hostStates = ['active', 'quarantined', 'revoked', 'retired', 'pending', 'decommissioning'] as const;
/**
 * `pending`: it has joined, and nobody has said yet that it may work. `decommissioning`: it was told to take away what is ours
 * and to go. `retired`: it is gone, and what it did stays to be read.
 */
export type HostState = (typeof hostStates)[number];

/** How a host looks from the centre right now; derived from its session, never stored. */
export const hostPresences = ['online', 'lagging', 'offline', 'never-seen'] as const;
export type HostPresence = (typeof hostPresences)[number];

export const assignmentStates = [
  'desired',
  'delivered',
  'applied',
  'drifted',
  'failed',
  'rejected',
  'removing',
] as const;
export type AssignmentState = (typeof assignmentStates)[number];

/** What became of a task that no longer was what its job says. */
export const taskChangeStates = ['drifted', 'repaired', 'restored'] as const;
/** `drifted`: it stays so. `repaired`: the agent registered it again. `restored`: it is right again without us. */
export type TaskChangeState = (typeof taskChangeStates)[number];

export const adoptions = ['wanted', 'adopted', 'left'] as const;
/** Whether an edited task became what its host should have. `wanted`: not decided yet. `left`: a job cannot say it. */
export type Adoption = (typeof adoptions)[number];

export const driftKinds = ['deleted', 'disabled', 'edited', 'unreadable'] as const;
export type DriftKind = (typeof driftKinds)[number];

/**
 * Why something that waited on a host was given up. `size`, `age`: the spool's own bounds. `disk`: the disk was full.
 * `damaged`: it could not be read any more.
 */
export const spoolLossReasons = ['size', 'age', 'disk', 'damaged'] as const;
export type SpoolLossReason = (typeof spoolLossReasons)[number];

/** `waiting`: started by its trigger, its program not yet. `skipped`: its program was never started, for a named reason. */
export const runStates = [
  'waiting',
  'running',
  'succeeded',
  'warning',
  'failed',
  'timed_out',
  'killed',
  'skipped',
  'indeterminate',
] as const;
export type RunState = (typeof runStates)[number];

/** Assignments that are not applied: `pending` waits for its host, `failed` is not as it should be there. */
export const unsettledKinds = ['pending', 'failed'] as const;
export type Unsettled = (typeof unsettledKinds)[number];

export const jobHealths = ['failing', 'unapplied', 'ok', 'never', 'off'] as const;
/**
 * How a job does. `failing`: its newest run went badly. `unapplied`: on some host its task is not as it should be.
 * `never`: it has not run yet. `off`: it is switched off.
 */
export type JobHealth = (typeof jobHealths)[number];

export const runTriggers = ['schedule', 'command', 'local', 'watch'] as const;
/** What started a run: its schedule, a command from the centre, somebody on the host itself, or what the agent watched for. */
export type RunTrigger = (typeof runTriggers)[number];

export const startFailureCauses = [
  'logon_failed',
  'not_logged_on',
  'launch_failed',
  'runner_failed',
  'on_battery',
  'no_network',
  'not_idle',
  'service_busy',
  'refused',
  'overlap',
  'missed',
] as const;
/** Why Task Scheduler was to start a job and no run came of it. */
export type StartFailureCause = (typeof startFailureCauses)[number];

export const whyReasons = [
  'ran',
  'ran_late',
  'running',
  'waiting',
  'skipped',
  'paused',
  'lost',
  'not_due',
  'calendar',
  'no_timetable',
  'not_yet',
  'job_newer',
  'job_deleted',
  'job_disabled',
  'not_assigned',
  'not_applied',
  'host_newer',
  'host_not_active',
  'task_deleted',
  'task_disabled',
  'task_edited',
  'host_off',
  'host_absent',
  'host_unknown',
  'unreported',
  'no_trace',
  ...startFailureCauses,
] as const;
/** What became of a job's fire on a host: the answer to "why didn't it run?". */
export type WhyReason = (typeof whyReasons)[number];

export const certainties = ['certain', 'likely', 'unknown'] as const;
/** `certain`: somebody saw it. `likely`: nothing else fits. `unknown`: it cannot be told yet, or any more. */
export type Certainty = (typeof certainties)[number];

export const historyStates = ['on', 'off', 'unreadable'] as const;
/** Whether Task Scheduler keeps a log of what it does, and the agent can read it. */
export type HistoryState = (typeof historyStates)[number];

export const commandKinds = ['run', 'stop', 'dry_run', 'repair'] as const;
/**
 * `dry_run`: says what a start would do, and changes nothing. `repair`: puts a job's task back as the host's own copy of the job
 * says. Only to agents that can; to others the words mean nothing.
 */
export type CommandKind = (typeof commandKinds)[number];

export const commandStates = [
  'queued',
  'delivered',
  'accepted',
  'done',
  'rejected',
  'expired',
  'indeterminate',
] as const;
export type CommandState = (typeof commandStates)[number];

/** Outcomes that will not change by themselves. `indeterminate` may still be amended by late evidence. */
export function isFinalRun(state: RunState): boolean {
  switch (state) {
    case 'waiting':
    case 'running':
    case 'indeterminate':
      return false;
    case 'succeeded':
    case 'warning':
    case 'failed':
    case 'timed_out':
    case 'killed':
    case 'skipped':
      return true;
    default:
      return unreachable(state);
  }
}

/** Hosts whose agent may hold a session: it works, waits to be let in, or is on its way out. */
export function mayConnect(state: HostState): boolean {
  switch (state) {
    case 'active':
    case 'pending':
    case 'decommissioning':
      return true;
    case 'quarantined':
    case 'revoked':
    case 'retired':
      return false;
    default:
      return unreachable(state);
  }
}

/** Whether a run is still under way on its host, so that more of it is to come. */
export function isRunUnderWay(state: RunState): boolean {
  return state === 'waiting' || state === 'running';
}

/** Outcomes a person should look at. */
export function isBadRun(state: RunState): boolean {
  return state === 'failed' || state === 'timed_out' || state === 'killed' || state === 'indeterminate';
}

/** The health of a job: what a person should look at comes first. @param failedHosts hosts where its task is not as it should be */
export function jobHealthOf(job: { enabled: boolean; lastRun: RunState | null; failedHosts: number }): JobHealth {
  if (!job.enabled) return 'off';
  if (job.lastRun !== null && isBadRun(job.lastRun)) return 'failing';
  if (job.failedHosts > 0) return 'unapplied';
  return job.lastRun === null ? 'never' : 'ok';
}

/**
 * The run that a start without a runner counts as. The program was due and something is broken: failed; the host's own
 * conditions held it back, or it was running already: skipped. Starts that were missed altogether are no runs.
 */
export function runOfFailedStart(cause: StartFailureCause): 'failed' | 'skipped' | null {
  switch (cause) {
    case 'logon_failed':
    case 'not_logged_on':
    case 'launch_failed':
    case 'runner_failed':
    case 'service_busy':
    case 'refused':
      return 'failed';
    case 'on_battery':
    case 'no_network':
    case 'not_idle':
    case 'overlap':
      return 'skipped';
    case 'missed':
      return null;
    default:
      return unreachable(cause);
  }
}

/** Kinds of documents that `apply` takes. Here, since the dashboard's browser code may read this file and not the readers. */
export const documentKinds = [
  'Job',
  'HostGroup',
  'Calendar',
  'AlertPolicy',
  'Channel',
  'OnCall',
  'Route',
  'Silence',
  'MaintenanceWindow',
  'Freeze',
] as const;
export type DocumentKind = (typeof documentKinds)[number];
/** Kinds that are stored as written, by name: what alerts are made of and where they go, when nothing may be changed, and days. */
export type AlertDocumentKind = Exclude<DocumentKind, 'Job' | 'HostGroup'>;
export const alertDocumentKinds = documentKinds.filter(
  (kind): kind is AlertDocumentKind => kind !== 'Job' && kind !== 'HostGroup',
);

export const alertSeverities = ['low', 'medium', 'high'] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/** Of planned quiet: a silence, or a maintenance window. */
export const quietStates = ['active', 'coming', 'over'] as const;
export type QuietStateName = (typeof quietStates)[number];

export const alertStates = ['ok', 'pending', 'firing', 'acked', 'recovering', 'resolved'] as const;
/** `pending`: its condition holds, not yet for long enough. `recovering`: it holds no more, not yet for long enough. */
export type AlertState = (typeof alertStates)[number];

export const incidentStates = ['firing', 'acked', 'recovering', 'resolved'] as const;
export type IncidentState = (typeof incidentStates)[number];

export const noticeReasons = [
  'opened',
  'updated',
  'repeat',
  'escalated',
  'acked',
  'resolved',
  'reopened',
  'digest',
  'test',
  'report',
] as const;
export type NoticeReason = (typeof noticeReasons)[number];

export const noticeStates = ['queued', 'sending', 'sent', 'failed', 'dead', 'cancelled'] as const;
/** `failed`: it will be tried again. `dead`: it will not, until somebody replays it. `cancelled`: no longer of use. */
export type NoticeState = (typeof noticeStates)[number];

export const alertStages = [
  'evaluate',
  'group',
  'inhibit',
  'maintenance',
  'silence',
  'route',
  'escalate',
  'deliver',
  'ticket',
  'person',
] as const;
/** Which stage of the alert pipeline decided something. */
export type AlertStage = (typeof alertStages)[number];

/** Commands that may still be handed to an agent. */
export function isOpenCommand(state: CommandState): boolean {
  return state === 'queued' || state === 'delivered';
}

/** Exhaustiveness check: a switch that forgets a member of its union does not compile. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
