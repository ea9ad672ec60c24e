import { runOfFailedStart, type StartFailureCause, startFailureCauses, type WhyReason } from '../../state/states.js';
import { explainFire } from '../../why/why.js';
import type { Fire, WhyAnswer, WhyFacts } from '../../why/why-facts.js';
import { missedRules } from './missed-rules.js';

export const expectedVerdicts = [
  'ran',
  'ran_late',
  'running',
  'skipped',
  'missed',
  'host_unknown',
  'not_expected',
  'open',
] as const;
/** What became of an expected run. `open`: too early to say. `host_unknown`: the host could say, and has not. */
export type ExpectedVerdict = (typeof expectedVerdicts)[number];

/** Our contact with the host, beside what `WhyFacts` say. */
export interface HostContact {
  readonly connectedMs: number | null;
  /** Null where it does not say. */
  readonly clockAheadMs: number | null;
  /** Since when hosts could have been heard without a break. */
  readonly steadySinceMs: number;
}

export interface JudgedFire extends Pick<WhyAnswer, 'certainty' | 'text' | 'figures' | 'evidence' | 'runId'> {
  readonly verdict: ExpectedVerdict;
  readonly cause: WhyReason;
  /** Where it is open or unknown: when to look again. */
  readonly againMs: number | null;
}

/** Fires that nobody was to expect. */
const notExpected: ReadonlySet<WhyReason> = new Set<WhyReason>([
  'not_due',
  'calendar',
  'no_timetable',
  'job_newer',
  'job_deleted',
  'job_disabled',
  'not_assigned',
  'host_newer',
  'host_not_active',
]);

const starts: ReadonlySet<string> = new Set(startFailureCauses);
const quickLookMs = 30_000;
const slowLookMs = 15 * 60_000;

/** How much later than ours the host's clock comes to a time. */
export function behindMs(clockAheadMs: number | null): number {
  return Math.max(0, -(clockAheadMs ?? 0));
}

/**
 * What became of an expected run, after its grace. The same judges answer as for "why didn't it run?"; here it is only
 * decided whether the answer can still change, and so is not given yet: silence of a host is never taken for a missed run.
 */
export function judgeExpected(fire: Fire, facts: WhyFacts, contact: HostContact): JudgedFire {
  const answer = explainFire(fire, facts);
  const { reason } = answer;
  if (notExpected.has(reason)) return judged('not_expected', answer);
  switch (reason) {
    case 'ran':
    case 'lost':
      return judged('ran', answer);
    case 'ran_late':
    case 'running':
    case 'skipped':
      return judged(reason, answer);
    case 'waiting':
      return judged('running', answer);
    case 'paused':
      return judged('skipped', answer);
  }
  if (starts.has(reason) && reason !== 'missed')
    return judged(runOfFailedStart(reason as StartFailureCause) === 'skipped' ? 'skipped' : 'missed', answer);
  return afterSilence(fire, facts, contact, answer);
}

/** Nothing came of it as far as anybody has told; is there somebody who still might? */
function afterSilence(fire: Fire, facts: WhyFacts, contact: HostContact, answer: WhyAnswer): JudgedFire {
  const made = madeUpFor(fire, facts);
  if (made) {
    const text = `it ran late: one run made up for what was missed (${answer.text})`;
    return { ...judged('ran_late', answer), text, runId: made.id };
  }
  const silence = stillSilent(fire, facts, contact, answer);
  if (silence) return assumed(fire, facts, contact, silence);
  const back = facts.absences.find(({ fromMs, toMs }) => fromMs <= fire.atMs && toMs !== null && toMs >= fire.atMs);
  const catchUpMs = (back?.toMs ?? fire.atMs) + missedRules.catchUpMs;
  if (fire.version.onMissed === 'run-once' && (back || answer.reason === 'missed') && facts.nowMs < catchUpMs)
    return { ...judged('open', answer), text: 'the host may still make up for it', againMs: catchUpMs };
  return judged('missed', answer);
}

/** A late start stands for everything that was missed until then. */
function madeUpFor({ atMs, version }: Fire, { runs, absences }: WhyFacts) {
  if (version.onMissed !== 'run-once') return undefined;
  const backMs = absences.find(({ fromMs, toMs }) => fromMs <= atMs && toMs !== null && toMs >= atMs)?.toMs;
  return runs.find(({ startedMs, scheduledForMs }) =>
    scheduledForMs === null
      ? backMs != null && startedMs >= backMs && startedMs < backMs + missedRules.catchUpMs
      : scheduledForMs > atMs && startedMs > scheduledForMs + missedRules.graceMs,
  );
}

/** Null once the host has told all there is to tell of that time. */
function stillSilent(
  { atMs }: Fire,
  { host, nowMs }: WhyFacts,
  { connectedMs, clockAheadMs }: HostContact,
  answer: WhyAnswer,
): JudgedFire | null {
  const open = (cause: WhyReason, text: string, againMs: number): JudgedFire => ({
    ...judged(nowMs < atMs + missedRules.graceMs + missedRules.backlogMs ? 'open' : 'host_unknown', answer),
    ...{ cause, text, figures: {}, certainty: 'unknown', againMs },
  });
  if (host.presence === 'offline' || host.presence === 'never-seen')
    return {
      ...open('host_unknown', answer.reason === 'host_unknown' ? answer.text : unheard, nowMs + slowLookMs),
      verdict: 'host_unknown',
    };
  if (host.presence === 'lagging') return open('host_unknown', unheard, nowMs + quickLookMs);
  if (host.waiting > 0) {
    const text = `${host.waiting} events of the host have not arrived yet; its run may be among them`;
    return { ...open('unreported', text, nowMs + quickLookMs), figures: { waiting: host.waiting } };
  }
  const toldMs = atMs + missedRules.tellMs + behindMs(clockAheadMs);
  if ((host.lastSeenMs ?? 0) < toldMs)
    return open('unreported', 'the host has said nothing since then', nowMs + quickLookMs);
  const settledMs = (connectedMs ?? 0) + missedRules.settleMs;
  if (connectedMs !== null && connectedMs > atMs && nowMs < settledMs)
    return { ...open('unreported', 'the host has come back only now', settledMs), verdict: 'open' };
  return null;
}

const unheard = 'the host is not heard from: a run would be told when it comes back';

/** Nobody waits for ever, unless it was we who did not listen. */
function assumed({ atMs }: Fire, { nowMs }: WhyFacts, { steadySinceMs }: HostContact, silence: JudgedFire): JudgedFire {
  const assumeMs = Math.max(atMs + missedRules.assumeMissedAfterMs, steadySinceMs + missedRules.steadyMs);
  if (nowMs < assumeMs) return { ...silence, againMs: Math.min(silence.againMs ?? assumeMs, assumeMs) };
  return { ...silence, verdict: 'missed', againMs: null };
}

function judged(verdict: ExpectedVerdict, { reason, ...said }: WhyAnswer): JudgedFire {
  return { verdict, cause: reason, ...said, againMs: null };
}
