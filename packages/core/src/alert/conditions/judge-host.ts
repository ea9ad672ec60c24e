import { formatShortDuration } from '@carillon/wintask/time/duration';
import type { AlertReasonCode } from '../alert-reasons.js';
import type { AlertMemory } from '../evaluate/world.js';
import type { Reason } from '../reason.js';
import type { HostSignal, SpoolSignal, TaskSignal } from '../signal.js';
import type { Condition, ConditionOf } from './condition.js';
import type { Verdict } from './judge-run.js';

/** After a loss, so long without another is its end. */
const lossQuietMs = 3_600_000;

export interface HostQuestion {
  readonly nowMs: number;
  /** Null: only time has passed. */
  readonly signal: HostSignal | SpoolSignal | null;
  readonly memory: AlertMemory;
  /** Names of the jobs that the host should run. */
  readonly jobs: readonly string[];
}

/** A verdict, and what is to be remembered of it. */
export interface HostVerdict extends Verdict {
  readonly memory?: Partial<AlertMemory>;
}

/** @returns null where the condition has nothing to say about the signal */
export function judgeHost(condition: Condition, question: HostQuestion): HostVerdict | null {
  switch (condition.kind) {
    case 'hostOffline':
      return judgeOffline(condition, question);
    case 'load':
      return judgeLoad(condition, question);
    case 'clockSkew':
      return judgeSkew(condition, question);
    case 'spoolLoss':
      return judgeLoss(question);
    default:
      return null;
  }
}

function judgeOffline(
  { forMs }: ConditionOf<'hostOffline'>,
  { nowMs, signal, memory, jobs }: HostQuestion,
): HostVerdict | null {
  if (signal?.kind === 'host' && signal.what === 'online')
    return { ...plain(false, 'host_online', 'the host is back', {}), memory: forget(memory, 'offline') };
  const began = signal?.kind === 'host' && signal.what === 'offline' ? signal.atMs : undefined;
  return sustained('offline', began, forMs, { nowMs, memory }, (forHowLong) => ({
    code: 'host_offline',
    text: `the host has not been heard from for ${forHowLong}${affected(jobs)}`,
    figures: { jobs: jobs.length, ...(jobs.length > 0 ? { names: named(jobs) } : {}) },
  }));
}

function judgeLoad(condition: ConditionOf<'load'>, { nowMs, signal, memory }: HostQuestion): HostVerdict | null {
  const { figure, above, forMs } = condition;
  const told = signal?.kind === 'host' && signal.what === 'load' ? signal.figures[figure] : undefined;
  if (signal && told === undefined) return null;
  if (told !== undefined && told <= above)
    return {
      ...plain(false, `${figure}_below`, `${figure} is at ${told} %`, { percent: told }),
      memory: forget(memory, figure),
    };
  const began = told === undefined ? undefined : (memory.aboveSinceMs?.[figure] ?? signal?.atMs);
  return sustained(figure, began, forMs, { nowMs, memory }, (forHowLong) => ({
    code: `${figure}_above`,
    text: `${figure} has been above ${above} % for ${forHowLong}${told === undefined ? '' : `, now at ${told} %`}`,
    figures: { above, percent: told ?? null },
  }));
}

function judgeSkew({ ms }: ConditionOf<'clockSkew'>, { signal }: HostQuestion): HostVerdict | null {
  if (signal?.kind !== 'host' || signal.what !== 'clock') return null;
  const aheadMs = signal.figures.aheadMs ?? 0;
  const direction = aheadMs < 0 ? 'behind' : 'ahead';
  const text = `its clock is ${formatShortDuration(Math.abs(aheadMs))} ${direction}, ${formatShortDuration(ms)} is allowed`;
  return plain(Math.abs(aheadMs) > ms, 'clock_skew', text, { aheadMs, limitMs: ms });
}

/** Nothing brings back what was lost: it is over when nothing more was lost for a while. */
function judgeLoss({ nowMs, signal, memory }: HostQuestion): HostVerdict | null {
  if (signal?.kind === 'spool') {
    const text = `the host gave up ${signal.runEvents} events of runs before the centre had them (${signal.reason})`;
    const figures = { runEvents: signal.runEvents, reason: signal.reason };
    const told = plain(true, 'spool_loss', text, figures);
    return {
      ...told,
      wakeMs: nowMs + lossQuietMs,
      memory: { aboveSinceMs: { ...memory.aboveSinceMs, spool: nowMs } },
    };
  }
  const lastMs = memory.aboveSinceMs?.spool;
  if (signal || lastMs === undefined) return null;
  const isQuiet = nowMs - lastMs >= lossQuietMs;
  const text = `nothing more was lost for ${formatShortDuration(nowMs - lastMs)}`;
  if (isQuiet) return plain(false, 'spool_loss', text, {});
  return {
    holds: true,
    reason: memory.holding.spoolLoss ?? { code: 'spool_loss', text },
    wakeMs: lastMs + lossQuietMs,
  };
}

/** @returns null where the condition has nothing to say about it */
export function judgeTask(condition: Condition, { what, drift, text, code }: TaskSignal): Verdict | null {
  if (condition.kind === 'drift') {
    if (what === 'drifted') return plain(true, 'drift', text ?? `its task is ${drift ?? 'changed'}`, { drift });
    return what === 'applied' ? plain(false, 'drift', 'its task is as the job says', {}) : null;
  }
  if (condition.kind === 'rejected') {
    if (what === 'rejected' || what === 'failed')
      return plain(true, what, text ?? `the host ${what} the definition`, { why: code ?? null });
    return what === 'applied' ? plain(false, 'rejected', 'the definition is registered', {}) : null;
  }
  return null;
}

/** Holds once something has been so for a time; until then the alert is looked at again. */
function sustained(
  what: string,
  began: number | undefined,
  forMs: number,
  { nowMs, memory }: { nowMs: number; memory: AlertMemory },
  tell: (forHowLong: string) => Reason & { readonly code: AlertReasonCode },
): HostVerdict | null {
  const sinceMs = began ?? memory.aboveSinceMs?.[what];
  if (sinceMs === undefined) return null;
  const elapsedMs = Math.max(0, nowMs - sinceMs);
  const holds = elapsedMs >= forMs;
  const { code, text, figures } = tell(formatShortDuration(elapsedMs));
  const kept = { aboveSinceMs: { ...memory.aboveSinceMs, [what]: sinceMs } };
  return {
    ...plain(holds, code, text, { ...figures, elapsedMs }),
    wakeMs: holds ? null : sinceMs + forMs,
    memory: kept,
  };
}

function plain(
  holds: boolean,
  code: AlertReasonCode,
  text: string,
  figures: NonNullable<Verdict['reason']['figures']>,
): Verdict {
  return { holds, reason: { code, text, figures }, wakeMs: null };
}

function forget(memory: AlertMemory, what: string): Partial<AlertMemory> {
  const { [what]: _, ...others } = memory.aboveSinceMs ?? {};
  return { aboveSinceMs: others };
}

const shownJobs = 5;

function affected(jobs: readonly string[]): string {
  if (jobs.length === 0) return '';
  const more = jobs.length > shownJobs ? ` and ${jobs.length - shownJobs} more` : '';
  return `; it should run ${jobs.slice(0, shownJobs).join(', ')}${more}`;
}

/** `etl, backup, …`. */
function named(jobs: readonly string[]): string {
  return [...jobs.slice(0, shownJobs), ...(jobs.length > shownJobs ? ['…'] : [])].join(', ');
}
