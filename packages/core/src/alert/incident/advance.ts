import type { AlertStage, NoticeReason } from '../../state/states.js';
import type { TellingText } from '../../text/telling-texts.js';
import type { RouteTarget } from '../documents/route.schema.js';
import { logReason, type PlainLogCode } from '../log-reasons.js';
import type { Mute, MuteReason } from '../quiet/mute.js';
import type { Reason } from '../reason.js';
import type { IncidentData, OpenIncident } from './open-incident.js';

/** How the alerts of an incident are, counted where they are kept. */
export interface Members {
  readonly firing: number;
  readonly recovering: number;
  /** Of those that fire: of how many nobody is told, and why, for the one that is quiet longest. */
  readonly muted: number;
  readonly mute: Mute | null;
  readonly flapping: boolean;
}

/** Somebody is to be told. */
export interface Telling {
  readonly reason: NoticeReason;
  /** With incident, generation, reason and target it makes the notice's key. */
  readonly step: number;
  readonly targets: readonly RouteTarget[];
  readonly text: string;
  /** For an end: who brought it about, where it was not evidence. */
  readonly by?: string;
}

export interface Decision {
  readonly stage: AlertStage;
  readonly reason: Reason;
}

export interface Advance {
  readonly incident: OpenIncident;
  readonly tellings: readonly Telling[];
  readonly decisions: readonly Decision[];
}

export const quietRecheckMs = 60_000;
/** More than any way has. */
const stepsOfWay = 1_000;
const flap = { reopenings: 3, withinMs: 3_600_000, holdMs: 15 * 60_000 } as const;
const hours = (ms: number) =>
  ms >= 3_600_000 ? `${Math.round(ms / 360_000) / 10} h` : `${Math.round(ms / 60_000)} min`;

/** What is decided so far; each stage hands on the next. */
interface Draft {
  incident: OpenIncident;
  readonly tellings: Telling[];
  readonly decisions: Decision[];
}

type Stage = (draft: Draft, members: Members, nowMs: number) => void;

/** In this order: each looks at what those before it left. Twice at the same time, the second changes nothing. */
const stages: readonly Stage[] = [quiet, settle, unacknowledge, open, escalate, update, repeat, remind];

/**
 * Brings an incident to a moment: its state from its alerts, and everything that is due. The same whether an alert
 * changed, time passed or a person did something, so that nothing depends on which came first.
 */
export function advanceIncident(incident: OpenIncident, members: Members, nowMs: number): Advance {
  const draft: Draft = { incident, tellings: [], decisions: [] };
  if (incident.state === 'resolved') return { ...draft, incident: endedByHand(draft, members) };
  for (const stage of stages) stage(draft, members, nowMs);
  return { ...draft, incident: { ...draft.incident, wakeMs: wakeOf(draft.incident) } };
}

/** Closed by a person while alerts fired: quiet as long as they do. */
function endedByHand(draft: Draft, { firing, recovering }: Members): OpenIncident {
  const { incident } = draft;
  if (!incident.data.closedByHand || firing + recovering > 0) return { ...incident, wakeMs: null };
  decide(draft, 'group', said('recovered_after_close', 'its alerts have recovered; the next one opens it again'));
  return { ...change(incident, { closedByHand: false }), muted: null, wakeMs: null };
}

const change = (incident: OpenIncident, data: Partial<IncidentData>): OpenIncident => ({
  ...incident,
  data: { ...incident.data, ...data },
});

function decide(draft: Draft, stage: AlertStage, reason: Reason): void {
  draft.decisions.push({ stage, reason });
}

/** Of what has no figures. */
const said = (code: PlainLogCode, text: string): Reason => ({ code, text });
const mutedBy = ({ code, text, figures }: MuteReason) =>
  logReason('muted', text, { ...figures, mute: code }, `muted_${code}`);

const isDue = (atMs: number | null, nowMs: number): boolean => atMs !== null && atMs <= nowMs;
/** People are told of it: it fires, nobody works on it, and nothing keeps it quiet. */
const isLoud = ({ state, muted }: OpenIncident) => state === 'firing' && muted === null;

function quiet(draft: Draft, { firing, muted, mute }: Members, nowMs: number): void {
  const { incident } = draft;
  const { storm } = incident.data;
  const whole = firing > 0 && muted === firing && mute !== null;
  const reason: MuteReason | null = storm
    ? {
        code: 'storm',
        text: `told together with many others by incident ${storm.number}`,
        figures: { incident: storm.number },
      }
    : whole
      ? mute.reason
      : null;
  if (reason?.code !== incident.muted?.code || reason?.text !== incident.muted?.text) {
    if (reason) decide(draft, storm ? 'group' : (mute?.stage ?? 'silence'), mutedBy(reason));
    else if (firing > 0) decide(draft, 'silence', said('unmuted', 'what kept it quiet is over and it still holds'));
  }
  if (!whole && muted > 0 && mute && muted !== incident.data.mutedAlerts)
    decide(
      draft,
      mute.stage,
      logReason('partly_muted', `${muted} of ${firing} alerts are quiet: ${mute.reason.text}`, {
        ...mute.reason.figures,
        muted,
        firing,
        mute: mute.reason.code,
      }),
    );
  // An end that is known is waited for, a cause may end any time, and somebody may take either back.
  const recheckMs = whole && !storm ? Math.min(mute.untilMs ?? Number.POSITIVE_INFINITY, nowMs + quietRecheckMs) : null;
  draft.incident = { ...change(incident, { recheckMs, mutedAlerts: muted }), muted: reason };
}

function settle(draft: Draft, { firing, recovering, flapping }: Members, nowMs: number): void {
  const { incident } = draft;
  if (flapping !== incident.flapping && !isHeld(incident, nowMs)) {
    draft.incident = { ...incident, flapping };
    if (flapping) decide(draft, 'group', said('flapping', 'it comes and goes; one notice stays open until it is calm'));
  }
  if (firing > 0) fires(draft);
  else if (recovering > 0) recovers(draft);
  else ends(draft, nowMs);
}

const isHeld = ({ data }: OpenIncident, nowMs: number) => data.holdMs !== null && data.holdMs > nowMs;

function fires(draft: Draft): void {
  const { incident } = draft;
  const state = incident.acknowledgedBy === null ? 'firing' : 'acked';
  if (incident.state === 'recovering') decide(draft, 'group', said('fires_again', 'it fires again before it was over'));
  draft.incident = { ...change(incident, { holdMs: null }), state };
}

function recovers(draft: Draft): void {
  if (draft.incident.state === 'recovering') return;
  decide(draft, 'group', said('recovering', 'nothing of it fires any more; it is over when that holds'));
  draft.incident = { ...draft.incident, state: 'recovering' };
}

function ends(draft: Draft, nowMs: number): void {
  const { incident } = draft;
  const { data } = incident;
  const often = data.reopened.filter((atMs) => nowMs - atMs < flap.withinMs).length;
  if (data.holdMs === null && often >= flap.reopenings) {
    const text = `opened again ${often} times within an hour: its end is held for 15 min`;
    decide(draft, 'group', logReason('flapping', text, { often }));
    draft.incident = { ...change(incident, { holdMs: nowMs + flap.holdMs }), state: 'recovering', flapping: true };
    return;
  }
  if (isHeld(incident, nowMs)) return;
  const text = data.isStorm ? 'almost all that it stands for is over' : 'all its alerts have recovered';
  decide(draft, 'group', logReason('resolved', text, data.isStorm ? { storm: true } : {}));
  if (data.told.length > 0) draft.tellings.push({ reason: 'resolved', step: 0, targets: data.told, text });
  else {
    const quiet = 'nobody was told that it fired, so nobody is told that it is over';
    decide(draft, 'route', said('resolved_untold', quiet));
  }
  draft.incident = {
    ...incident,
    state: 'resolved',
    resolvedMs: nowMs,
    flapping: false,
    data: {
      ...data,
      openMs: null,
      stepMs: null,
      repeatMs: null,
      updateMs: null,
      remindMs: null,
      expireMs: null,
      holdMs: null,
    },
  };
}

function unacknowledge(draft: Draft, _members: Members, nowMs: number): void {
  const { incident } = draft;
  if (incident.state !== 'acked' || !isDue(incident.data.expireMs, nowMs)) return;
  const { plan } = incident.data;
  const text = `acknowledged by ${incident.acknowledgedBy} ${hours(plan.expireAfterMs ?? 0)} ago and it still fires: escalated again`;
  const by = incident.acknowledgedBy;
  decide(draft, 'escalate', logReason('acknowledge_expired', text, { by, agoMs: plan.expireAfterMs ?? 0 }));
  draft.incident = resumed({ ...incident, state: 'firing', acknowledgedBy: null, acknowledgedMs: null }, nowMs);
}

/** Goes on where an acknowledgement stopped it; when all steps were taken, by a repetition, were it the last one. */
export function resumed(incident: OpenIncident, nowMs: number): OpenIncident {
  const { data, escalation } = incident;
  const stopped = change(incident, { remindMs: null, expireMs: null });
  if (!escalation || data.toldMs === null || data.openMs !== null) return stopped;
  if (escalation.next < escalation.steps.length) return change(stopped, { stepMs: nowMs });
  const repeatsLeft = Math.max(1, escalation.repeatsLeft);
  return { ...change(stopped, { repeatMs: nowMs }), escalation: { ...escalation, repeatsLeft } };
}

function open(draft: Draft, _members: Members, nowMs: number): void {
  const { incident } = draft;
  const { data, escalation } = incident;
  if (!isLoud(incident) || !isDue(data.openMs, nowMs) || !escalation) return;
  const again = data.toldMs !== null;
  const reason = again ? 'escalated' : data.isStorm ? 'digest' : incident.generation > 1 ? 'reopened' : 'opened';
  tell(draft, reason, 0, nowMs);
}

/** Takes a step of the escalation: its targets are told, the next one waits for its time. */
function tell(draft: Draft, reason: NoticeReason, index: number, nowMs: number): void {
  const { incident } = draft;
  const { data, escalation } = incident;
  const taken = data.plan.steps[index];
  if (!taken || !escalation) return;
  const text =
    index === 0
      ? incident.title
      : (`nobody has acknowledged: step ${index + 1} of ${data.plan.steps.length}` satisfies TellingText);
  // Another way begins anew: its steps must not be taken for those of the way before it.
  const step = data.ways * stepsOfWay + index;
  draft.tellings.push({ reason, step, targets: taken.targets, text });
  const next = data.plan.steps[index + 1];
  draft.incident = {
    ...change(incident, {
      openMs: null,
      stepMs: next ? nowMs + next.waitMs : null,
      repeatMs: repeatMs(escalation.repeatsLeft, escalation.repeatEveryMs, nowMs),
      updateMs: null,
      news: 0,
      toldMs: nowMs,
      told: distinct([...data.told, ...taken.targets]),
    }),
    escalation: { ...escalation, next: index + 1 },
  };
}

const repeatMs = (left: number, everyMs: number | null, nowMs: number) =>
  left > 0 && everyMs !== null ? nowMs + everyMs : null;

function distinct(targets: readonly RouteTarget[]): RouteTarget[] {
  return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
}

function escalate(draft: Draft, _members: Members, nowMs: number): void {
  const { incident } = draft;
  const { stepMs } = incident.data;
  if (!isLoud(incident) || !isDue(stepMs, nowMs)) return;
  const index = incident.escalation?.next ?? 0;
  tell(draft, 'escalated', index, nowMs);
}

function update(draft: Draft, _members: Members, nowMs: number): void {
  const { incident } = draft;
  const { data } = incident;
  if (!isLoud(incident) || data.toldMs === null || data.news === 0) return;
  const atMs = data.updateMs ?? data.toldMs + data.plan.groupIntervalMs;
  if (atMs > nowMs) {
    draft.incident = change(incident, { updateMs: atMs });
    return;
  }
  const text: TellingText = `${data.news} more since it was told`;
  draft.tellings.push({ reason: 'updated', step: data.updates, targets: data.told, text });
  draft.incident = change(incident, { news: 0, updateMs: null, toldMs: nowMs, updates: data.updates + 1 });
}

function repeat(draft: Draft, _members: Members, nowMs: number): void {
  const { incident } = draft;
  const { data, escalation } = incident;
  if (!isLoud(incident) || !escalation || !isDue(data.repeatMs, nowMs)) return;
  const left = escalation.repeatsLeft - 1;
  const text: TellingText = `it still fires after ${hours(nowMs - incident.openedMs)}`;
  // Where nobody could be told, whoever should have been may be reached now.
  const targets =
    data.told.length > 0 ? data.told : data.plan.steps.slice(0, escalation.next).flatMap((step) => step.targets);
  draft.tellings.push({ reason: 'repeat', step: data.repeats, targets, text });
  if (left === 0) {
    const used = 'it was repeated as often as its route says; nothing more follows';
    decide(draft, 'escalate', said('repeats_used_up', used));
  }
  draft.incident = {
    ...change(incident, {
      repeats: data.repeats + 1,
      repeatMs: repeatMs(left, escalation.repeatEveryMs, nowMs),
      toldMs: nowMs,
      told: distinct([...data.told, ...targets]),
      news: 0,
      updateMs: null,
    }),
    escalation: { ...escalation, repeatsLeft: left },
  };
}

function remind(draft: Draft, _members: Members, nowMs: number): void {
  const { incident } = draft;
  const { data } = incident;
  if (incident.state !== 'acked' || incident.muted || !isDue(data.remindMs, nowMs)) return;
  const { plan } = data;
  const text: TellingText = `acknowledged by ${incident.acknowledgedBy} ${hours(plan.remindAfterMs ?? 0)} ago and it still fires`;
  draft.tellings.push({ reason: 'repeat', step: 1_000 + data.reminders, targets: data.told, text });
  draft.incident = change(incident, { reminders: data.reminders + 1, remindMs: null });
}

/** When it has to be looked at again; what cannot happen while it is quiet does not count. */
function wakeOf(incident: OpenIncident): number | null {
  const { data, state, muted } = incident;
  const times =
    state === 'resolved'
      ? []
      : state === 'recovering'
        ? [data.holdMs, data.recheckMs]
        : muted
          ? [data.recheckMs, ...(state === 'acked' ? [data.expireMs] : [])]
          : state === 'acked'
            ? [data.remindMs, data.expireMs, data.recheckMs]
            : [data.openMs, data.stepMs, data.repeatMs, data.updateMs, data.recheckMs];
  const due = times.filter((atMs): atMs is number => atMs !== null);
  return due.length > 0 ? Math.min(...due) : null;
}
