import { describeResultCode } from '@carillon/wintask/result-codes';
import { formatShortDuration } from '@carillon/wintask/time/duration';
import type { AlertReasonCode } from '../alert-reasons.js';
import { counts, countWithin, isBad, type Minutes, type Series, streak, usualDuration } from '../evaluate/series.js';
import type { MissedRun } from '../evaluate/world.js';
import type { Reason } from '../reason.js';
import type { ConditionOf, RunCondition } from './condition.js';
import type { OutputFinding } from './find-in-output.js';

/** What is known of a job on a host when a condition is asked. Instants in epoch milliseconds. */
export interface RunFactsNow {
  readonly nowMs: number;
  readonly series: Series;
  /** The job's results on all hosts, where a policy asks. */
  readonly minutes: Minutes;
  /** Runs under way, by when they began. */
  readonly running: readonly { readonly runId: string; readonly startedMs: number }[];
  /** When it last succeeded, or since when it should have; null where that is not known. */
  readonly lastSuccessMs: number | null;
  /** Expected runs that did not come and were not answered since, oldest first. */
  readonly missed: readonly MissedRun[];
  /** What was found in the output of the newest result. */
  readonly output: OutputFinding | null;
}

/** Whether a condition holds, why, and when time alone may change that. */
export interface Verdict {
  readonly holds: boolean;
  readonly reason: Reason;
  readonly wakeMs: number | null;
}

type Judge<K extends RunCondition['kind']> = (condition: ConditionOf<K>, facts: RunFactsNow) => Verdict;

const judges: { readonly [K in RunCondition['kind']]: Judge<K> } = {
  consecutiveFailures: ({ count }, { series }) => {
    const bad = streak(series, isBad);
    return verdict(bad >= count, 'consecutive_failures', `${runs(bad)} failed in a row`, {
      failures: bad,
      limit: count,
    });
  },
  timedOut: ({ count }, { series }) => {
    const late = streak(series, ({ state }) => state === 'timed_out');
    return verdict(late >= count, 'timed_out', `${runs(late)} timed out in a row`, { timeouts: late, limit: count });
  },
  failures: ({ atLeast, of }, { series }) => {
    const last = series.slice(-of);
    const bad = last.filter(isBad).length;
    const text = `${bad} of the last ${runs(last.length)} failed`;
    return verdict(bad >= atLeast, 'failures', text, { failures: bad, runs: last.length, limit: atLeast });
  },
  failureRate: (condition, facts) => judgeRate(condition, facts),
  exitCodes: ({ ranges }, { series }) => {
    const code = series.findLast(counts)?.exitCode ?? null;
    const holds = code !== null && ranges.some(({ from, to }) => code >= from && code <= to);
    const text =
      code === null
        ? 'no exit code is known'
        : `it ended with ${describeResultCode(code).hex}: ${describeResultCode(code).text}`;
    return verdict(holds, 'exit_code', text, { exitCode: code });
  },
  output: ({ pattern }, { output }) =>
    verdict(
      output?.matched !== undefined && output.matched !== null,
      'output',
      output?.matched ? `its output says: ${output.matched}` : 'nothing of it in the output',
      { pattern, matched: output?.matched ?? null },
    ),
  logLevel: ({ atLeast }, { output }) =>
    verdict(
      output?.logged != null,
      'log_level',
      output?.logged
        ? `it logged ${output.logged.level}: ${output.logged.message}`
        : `nothing at ${atLeast} or worse was logged`,
      { atLeast, level: output?.logged?.level ?? null, message: output?.logged?.message ?? null },
    ),
  longerThan: (condition, facts) => judgeLength(condition, facts),
  missed: ({ graceMs }, { missed, nowMs }) => {
    const late = missed.filter(({ dueMs }) => dueMs + graceMs <= nowMs);
    const waits = missed.find(({ dueMs }) => dueMs + graceMs > nowMs);
    const last = late.at(-1);
    const text = last ? `${runs(late.length)} did not come, the last: ${last.text}` : 'no expected run is missing';
    const figures = { missed: late.length, cause: last?.cause ?? null, dueAtMs: last?.dueMs ?? null };
    return { ...verdict(late.length > 0, 'missed', text, figures), wakeMs: waits ? waits.dueMs + graceMs : null };
  },
  noSuccessFor: ({ ms }, { lastSuccessMs, nowMs }) => {
    if (lastSuccessMs === null) return verdict(false, 'no_success', 'nothing is known of it yet', {});
    const silentMs = nowMs - lastSuccessMs;
    const text = `nothing succeeded for ${formatShortDuration(silentMs)}, ${formatShortDuration(ms)} is allowed`;
    return {
      ...verdict(silentMs >= ms, 'no_success', text, { silentMs, limitMs: ms }),
      wakeMs: silentMs >= ms ? null : lastSuccessMs + ms,
    };
  },
};

/** Asks one condition over the runs of a job on a host. */
export function judgeRun(condition: RunCondition, facts: RunFactsNow): Verdict {
  return (judges[condition.kind] as Judge<RunCondition['kind']>)(condition as never, facts);
}

function judgeRate({ above, windowMs, minimumRuns, over }: ConditionOf<'failureRate'>, facts: RunFactsNow): Verdict {
  const { nowMs } = facts;
  const recent = facts.series.filter(({ atMs }) => atMs > nowMs - windowMs);
  const { all, bad } =
    over === 'job'
      ? countWithin(facts.minutes, windowMs, nowMs)
      : { all: recent.length, bad: recent.filter(isBad).length };
  const share = all === 0 ? 0 : (bad / all) * 100;
  const holds = all >= minimumRuns && share > above;
  const text = `${bad} of ${runs(all)} failed within ${formatShortDuration(windowMs)}, ${Math.round(share * 10) / 10} % where ${above} % is allowed`;
  // It ends by itself when what failed slides out of the window.
  const wakeMs = holds ? nowMs + Math.max(60_000, Math.min(windowMs / 10, 300_000)) : null;
  return {
    ...verdict(holds, 'failure_rate', text, {
      failures: bad,
      runs: all,
      windowMs,
      sharePercent: share,
      limitPercent: above,
    }),
    wakeMs,
  };
}

function judgeLength({ ms, factor }: ConditionOf<'longerThan'>, { nowMs, running, series }: RunFactsNow): Verdict {
  // A run that has ended is measured against those before it.
  const usual = factor === null ? null : usualDuration(running.length > 0 ? series : series.slice(0, -1));
  const limitMs = ms ?? (usual === null || factor === null ? null : Math.max(usual * factor, 1_000));
  if (limitMs === null) return verdict(false, 'longer_than', 'what is usual is not known yet', {});
  const longest = running.reduce((most, { startedMs }) => Math.max(most, nowMs - startedMs), 0);
  const wakes = running.map(({ startedMs }) => startedMs + limitMs).filter((atMs) => atMs > nowMs);
  const last = running.length === 0 ? (series.at(-1)?.durationMs ?? 0) : 0;
  const tookMs = Math.max(longest, last);
  const allowed =
    usual === null
      ? formatShortDuration(limitMs)
      : `${formatShortDuration(limitMs)} (usually ${formatShortDuration(usual)})`;
  const text = `${longest > 0 ? 'it has been running for' : 'it took'} ${formatShortDuration(tookMs)}, ${allowed} is allowed`;
  const wakeMs = wakes.length > 0 ? Math.min(...wakes) : null;
  return { ...verdict(tookMs >= limitMs, 'longer_than', text, { tookMs, limitMs, usualMs: usual }), wakeMs };
}

function verdict(
  holds: boolean,
  code: AlertReasonCode,
  text: string,
  figures: NonNullable<Reason['figures']>,
): Verdict {
  return { holds, reason: { code, text, figures }, wakeMs: null };
}

function runs(count: number): string {
  return `${count} ${count === 1 ? 'run' : 'runs'}`;
}
