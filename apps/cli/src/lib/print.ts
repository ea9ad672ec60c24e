import type { DocumentKind } from '@carillon/core/state/states';
import { safeText } from './safe-text.js';
import type { ApplyResult, Assignment, HostConcern, HostDetail, HostSummary, RunSummary, SpoolLoss } from './shapes.js';
import type { Cell, Colour } from './table.js';
import { localTime, shortSpan } from './times.js';

const kindWords = {
  Job: 'job',
  HostGroup: 'host group',
  Calendar: 'calendar',
  AlertPolicy: 'alert policy',
  Channel: 'channel',
  OnCall: 'on-call schedule',
  Route: 'route',
  Silence: 'silence',
  MaintenanceWindow: 'maintenance window',
  Freeze: 'freeze',
} as const satisfies Record<DocumentKind, string>;

/** `created job DailyBackup v1 (1 host)`. */
export function describeChange(result: ApplyResult): string {
  const version = result.version === null ? '' : ` v${result.version}`;
  const hosts = result.hosts === null ? '' : ` (${countOf(result.hosts, 'host')})`;
  return `${result.change} ${kindWords[result.kind]} ${safeText(result.name)}${version}${hosts}`;
}

/** What will not be as written, and on which hosts. */
export function warningLines({ name, warnings = [] }: ApplyResult): string[] {
  return warnings.map(({ code, message, count, hosts }) => {
    const more = count > hosts.length ? ` and ${count - hosts.length} more` : '';
    const what = code === 'agent_too_old' ? 'held back, ' : '';
    // What is wrong with a schedule or a route is wrong everywhere.
    const where = hosts.length === 0 ? '' : ` on ${hosts.map(safeText).join(', ')}${more}`;
    return `warning: ${safeText(name)}${where}: ${what}${safeText(message)}`;
  });
}

/** `1 host`, `2 hosts`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `env=prod, role=db`, or a dash. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => `${key}=${value}`).join(', ') || '-';
}

/** `3/4 applied, 1 failed`. */
export function countsText({ total, applied, failed }: HostSummary['assignments']): string {
  return `${applied}/${total}${failed > 0 ? `, ${failed} failed` : ''}`;
}

const stateColours: Readonly<Record<string, Colour>> = {
  succeeded: 'green',
  applied: 'green',
  online: 'green',
  waiting: 'yellow',
  running: 'yellow',
  skipped: 'yellow',
  warning: 'yellow',
  lagging: 'yellow',
  failed: 'red',
  timed_out: 'red',
  killed: 'red',
  indeterminate: 'red',
  rejected: 'red',
  offline: 'red',
};

export function stateCell(state: string): Cell {
  return { text: state, colour: stateColours[state] };
}

export function timeCell(instant: string | null): string {
  return instant === null ? '-' : localTime(instant);
}

export const runHeader = ['RUN', 'JOB', 'VERSION', 'HOST', 'STATE', 'EXIT', 'TRIGGER', 'STARTED', 'TOOK'] as const;

export function runRow(run: RunSummary): Cell[] {
  return [
    run.id,
    run.job,
    `v${run.jobVersion}`,
    run.host,
    runStateCell(run),
    run.exitCode === null ? '-' : String(run.exitCode),
    run.trigger,
    localTime(run.startedAt),
    run.durationMs === null ? '-' : shortSpan(run.durationMs),
  ];
}

/** `skipped (overlap)`: without a program there is no exit code to tell more. */
function runStateCell({ state, reason }: RunSummary): Cell {
  const hasNoProgram = state === 'waiting' || state === 'skipped';
  return { text: hasNoProgram && reason !== null ? `${state} (${reason})` : state, colour: stateColours[state] };
}

/** `v2`, or `v1 -> v2` while a host still has another version. */
export function versionText({ version, appliedVersion }: Assignment): string {
  return appliedVersion === version
    ? `v${version}`
    : `${appliedVersion === null ? 'none' : `v${appliedVersion}`} -> v${version}`;
}

export function reasonText({ code, message }: { code: string | null; message: string | null }): string {
  return [code, message].filter(Boolean).join(': ') || '-';
}

const lossText: Readonly<Record<string, string>> = {
  size: 'too much waited',
  age: 'waited too long',
  disk: 'the disk was full',
  damaged: 'damaged on disk',
};

/** `120 run results, output of 3 runs, 2 others: too much waited`. */
export function spoolLossText(loss: Pick<SpoolLoss, 'runEvents' | 'outputRuns' | 'otherEvents'>, reason?: string) {
  const { runEvents, outputRuns, otherEvents } = loss;
  const parts = [
    runEvents > 0 ? countOf(runEvents, 'run result') : '',
    outputRuns > 0 ? `output of ${countOf(outputRuns, 'run')}` : '',
    otherEvents > 0 ? countOf(otherEvents, 'other') : '',
  ];
  return `${parts.filter(Boolean).join(', ')}${reason === undefined ? '' : `: ${lossText[reason] ?? reason}`}`;
}

/** What a person should know of a host, in a few words. */
export function concernText(concern: HostConcern): string {
  switch (concern.code) {
    case 'spool_lost':
      return `lost ${spoolLossText(concern)}`;
    case 'disk':
      return concern.message;
    case 'copy':
      return `a copy of it, ${concern.hostname}, was refused`;
    case 'clock':
      return `clock ${clockText(concern.aheadMs)}`;
  }
}

/** `1m30s ahead`. */
export function clockText(aheadMs: number): string {
  return `${shortSpan(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead'}`;
}

export function concernsCell(concerns: readonly HostConcern[]): Cell {
  return { text: concerns.map(concernText).join('; ') || '-', colour: concerns.length > 0 ? 'yellow' : undefined };
}

/** Bytes of output the centre has, of those there are on the host. */
export function spoolText({ waiting, ackedSeq, epoch }: HostDetail['spool']): string {
  return `${countOf(waiting, 'event')} waiting, ${ackedSeq} taken over (epoch ${epoch})`;
}

/** `1.2 MiB wait, 20480 MiB free`. */
export function diskText({ spoolBytes, freeBytes }: NonNullable<HostDetail['disk']>): string {
  return `${(spoolBytes / 1_048_576).toFixed(1)} MiB wait, ${Math.floor(freeBytes / 1_048_576)} MiB free`;
}
