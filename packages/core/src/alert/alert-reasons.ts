import { refusalCodes } from '../signing/refusal.js';
import type { LoadFigure } from './conditions/condition.js';

type LoadCode = `${LoadFigure}_${'above' | 'below'}`;

/**
 * What alerts, and incidents after them, say they are about: each code with the figures that belong to it. `Reason.text`
 * says the same in English; who shows it in another language has words for each of these codes.
 */
export const alertReasonFigures = {
  consecutive_failures: ['failures'],
  timed_out: ['timeouts'],
  failures: ['failures', 'runs'],
  failure_rate: ['failures', 'runs', 'windowMs', 'sharePercent', 'limitPercent'],
  exit_code: ['exitCode'],
  output: ['matched'],
  log_level: ['level', 'message'],
  longer_than: ['tookMs', 'limitMs', 'usualMs'],
  missed: ['missed', 'cause'],
  no_success: ['silentMs', 'limitMs'],
  host_online: [],
  host_offline: ['elapsedMs', 'jobs', 'names'],
  cpu_above: ['above', 'elapsedMs'],
  cpu_below: ['percent'],
  memory_above: ['above', 'elapsedMs'],
  memory_below: ['percent'],
  disk_above: ['above', 'elapsedMs'],
  disk_below: ['percent'],
  clock_skew: ['aheadMs', 'limitMs'],
  spool_loss: ['runEvents'],
  drift: ['drift'],
  rejected: ['why'],
  failed: ['why'],
  storm: ['more', 'by', 'value'],
  not_watched: [],
} as const satisfies Record<string, readonly string[]> & Record<LoadCode, readonly string[]>;
export type AlertReasonCode = keyof typeof alertReasonFigures;
export const alertReasonCodes = Object.keys(alertReasonFigures) as AlertReasonCode[];

/** Why nobody is told of an incident, with figures as above. */
export const muteReasonFigures = {
  host_offline: ['host'],
  own_fault: ['part'],
  maintenance_window: ['window', 'until'],
  silence: ['silence', 'until'],
  storm: ['incident'],
  closed_by_hand: ['by'],
} as const satisfies Record<string, readonly string[]>;
export type MuteReasonCode = keyof typeof muteReasonFigures;

/** Faults of the product itself, which the policy `system` tells; each names its `part`, `endpoint:mail`. */
export const systemFaultCodes = [
  'subscription_stopped',
  'channel_stopped',
  'breaker_open',
  'rollout_halted',
  'secret_expires',
  'secrets_closed',
  'audit_late',
  'audit_forgotten',
  'audit_loose',
  'audit_untried',
  'audit_chain_broken',
  'audit_forward_late',
  'self_watch_silent',
  // What is not signed, or not obeyed by a host.
  ...refusalCodes,
] as const;
export type SystemFaultCode = (typeof systemFaultCodes)[number];
