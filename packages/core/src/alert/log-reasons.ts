import type { AlertStage, NoticeReason } from '../state/states.js';
import type { MuteReasonCode } from './alert-reasons.js';
import type { Reason } from './reason.js';

/**
 * What the log of an incident says besides what it was opened for, each with the figures that belong to it. `reason` is a
 * code of `alertReasonFigures`, `mute` one of `muteReasonFigures`, `outcome` one of `outcomeFigures`; their figures stand
 * beside them. What a person wrote (`note`) is nobody's to translate.
 */
export const logReasonFigures = {
  opened: ['key', 'reason'],
  reopened: ['generation', 'agoMs'],
  routed: ['route', 'steps'],
  no_target: ['route'],
  severity_raised: ['severity', 'before'],
  storm: ['more', 'by', 'value'],
  storm_over: [],
  alert_again: ['where', 'reason'],
  alert_firing: ['where', 'reason'],
  alert_acked: ['where', 'reason'],
  alert_recovering: ['where', 'reason'],
  alert_resolved: ['where', 'reason'],
  alert_muted: ['where', 'mute'],
  muted: ['mute'],
  partly_muted: ['muted', 'firing', 'mute'],
  unmuted: [],
  flapping: [],
  fires_again: [],
  recovering: [],
  resolved: [],
  resolved_untold: [],
  recovered_after_close: [],
  acknowledge_expired: ['by', 'agoMs'],
  repeats_used_up: [],
  assigned: ['by', 'assignee'],
  acknowledged: ['by'],
  unacknowledged: ['by'],
  resolved_by_hand: ['by'],
  linked: ['by', 'ticket', 'system'],
  unlinked: ['by', 'ticket', 'system'],
  link_changed: ['ticket', 'system', 'state'],
  channel_missing: ['channel'],
  schedule_missing: ['schedule'],
  nobody_on_duty: ['schedule'],
  no_way_to_person: ['person', 'schedule'],
  nobody_told: ['notice'],
  report: ['run', 'job', 'host', 'channel'],
  notice: ['to', 'notice'],
  sent: ['channel', 'notice'],
  merged: ['others'],
  to_ticket: [],
  replayed: [],
  dead: ['channel', 'outcome'],
  attempt: ['channel', 'attempt', 'outcome'],
  ticket_done: ['channel', 'ticket', 'step'],
  ticket_not_done: ['channel', 'ticket', 'step', 'outcome'],
  ticket_changed: ['channel', 'ticket', 'state'],
} as const satisfies Record<string, readonly string[]>;
export type LogReasonCode = keyof typeof logReasonFigures;
/** Of those that say all without figures. */
export type PlainLogCode = {
  [Code in LogReasonCode]: (typeof logReasonFigures)[Code] extends readonly [] ? Code : never;
}[LogReasonCode];

/** How entries are called where they are kept, when what they are made of is in their name. */
type KeptCode =
  | `alert_muted_${MuteReasonCode}`
  | `muted_${MuteReasonCode}`
  | `notice_${NoticeReason}`
  | `ticket_${string}`
  // Of what a channel answered.
  | (string & {});

type Figures<Code extends LogReasonCode> = {
  readonly [Name in (typeof logReasonFigures)[Code][number]]: string | number | boolean | null;
} & NonNullable<Reason['figures']>;

/** An entry with all its figures. @param kept its name in the log, where that says more */
export function logReason<Code extends LogReasonCode>(
  code: Code,
  text: string,
  figures: Figures<Code>,
  kept: KeptCode = code,
): Reason {
  return { code: kept, text, figures };
}

/** Stages whose codes are states of alerts; they have words of their own. */
export const evaluatedStates = ['firing', 'acked', 'recovering', 'resolved', 'still'] as const;
export type EvaluatedState = (typeof evaluatedStates)[number];

/** Which words an entry has: by its code, or by what its code is made of. Null: what a person wrote, or of a newer server. */
export function wordOfLog(
  stage: AlertStage,
  code: string,
  figures: Readonly<Record<string, unknown>> | null,
): LogReasonCode | `evaluate_${EvaluatedState}` | null {
  if (stage === 'evaluate') {
    const state = figures?.from === code ? 'still' : evaluatedStates.find((one) => one === code);
    return state ? `evaluate_${state}` : null;
  }
  if (code.startsWith('alert_muted_')) return 'alert_muted';
  if (code.startsWith('muted_')) return 'muted';
  if (code.startsWith('notice_')) return 'notice';
  if (stage === 'deliver' && figures?.step !== undefined)
    return figures.outcome === undefined ? 'ticket_done' : 'ticket_not_done';
  if (stage === 'deliver' && figures?.attempt !== undefined && code !== 'sent') return 'attempt';
  return Object.hasOwn(logReasonFigures, code) ? (code as LogReasonCode) : null;
}
