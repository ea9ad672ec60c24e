import type { MuteReasonCode } from '../alert-reasons.js';
import type { ConditionKind } from '../conditions/condition.js';
import type { MaintenanceWindowSpec } from '../documents/maintenance-window.schema.js';
import type { SilenceSpec } from '../documents/silence.schema.js';
import type { Reason } from '../reason.js';
import { isSelfWatch } from '../self-watch/self-watch.js';
import { type Labels, matchesAll, writeMatcher } from './matchers.js';
import { windowAt } from './windows.js';

/** What is asked about: an alert that fires, as far as quiet depends on it. */
export interface MutableAlert {
  /** Name of its condition. */
  readonly condition: string;
  readonly hostId: string | null;
  readonly labels: Labels;
}

/** What makes quiet at a moment. Silences and windows as written; the rest is what fires now. */
export interface QuietFacts {
  readonly silences: readonly SilenceSpec[];
  readonly windows: readonly MaintenanceWindowSpec[];
  /** By id: hosts about whose absence an alert fires, with the name of the host. */
  readonly offlineHosts: ReadonlyMap<string, string>;
  /** A part of ours without which nobody is heard; null: all work. */
  readonly ownFault: { readonly part: string; readonly text: string } | null;
}

/** Why nobody is told. */
export type MuteReason = Reason & { readonly code: MuteReasonCode };

export interface Mute {
  readonly stage: 'inhibit' | 'maintenance' | 'silence';
  readonly reason: MuteReason;
  /** When it ends by itself; null: when its cause does. */
  readonly untilMs: number | null;
}

/** Conditions that hold because nothing was heard. A host that is off, or a fault of ours, explains them. */
const ofSilence: ReadonlySet<string> = new Set<ConditionKind>(['missed', 'noSuccessFor']);
const ofAbsence: ReadonlySet<string> = new Set<ConditionKind>(['hostOffline']);

/** Whether a condition holds for want of news. */
export function derivesFromSilence(condition: string): boolean {
  return ofSilence.has(condition) || ofAbsence.has(condition);
}

/** Whether an alert says that a host is not there. */
export function saysHostOffline(condition: string): boolean {
  return ofAbsence.has(condition);
}

/** Parts of ours without which nobody is heard; a channel that is refused makes nobody silent. */
export function isOwnFault(part: string): boolean {
  return /^(ingest|gateway|database|events|presence)(:|$)/.test(part);
}

type Stage = (alert: MutableAlert, facts: QuietFacts, nowMs: number) => Mute | null;

/** In this order; the first that answers is the reason. */
const stages: readonly Stage[] = [inhibited, inMaintenance, silenced];

/** Why nobody is told of an alert now; null: people are told. */
export function muteOf(alert: MutableAlert, facts: QuietFacts, nowMs: number): Mute | null {
  if (isSelfWatch(alert.labels)) return null;
  for (const stage of stages) {
    const mute = stage(alert, facts, nowMs);
    if (mute) return mute;
  }
  return null;
}

function inhibited({ condition, hostId }: MutableAlert, { offlineHosts, ownFault }: QuietFacts): Mute | null {
  const offline = hostId === null ? undefined : offlineHosts.get(hostId);
  if (offline !== undefined && ofSilence.has(condition)) {
    const reason = {
      code: 'host_offline' as const,
      text: `host ${offline} is offline, which is told`,
      figures: { host: offline },
    };
    return { stage: 'inhibit', reason, untilMs: null };
  }
  if (ownFault && derivesFromSilence(condition)) {
    const { part, text } = ownFault;
    const told = `${part} of this system does not work (${text}), so silence means nothing`;
    return { stage: 'inhibit', reason: { code: 'own_fault', text: told, figures: { part } }, untilMs: null };
  }
  return null;
}

function inMaintenance({ labels }: MutableAlert, { windows }: QuietFacts, nowMs: number): Mute | null {
  for (const window of windows) {
    if (!matchesAll(window.match, labels)) continue;
    const open = windowAt(window, nowMs);
    if (!open) continue;
    const until = new Date(open.untilMs).toISOString();
    const why = window.reason && `: ${window.reason}`;
    const text = `maintenance window ${window.name} until ${until}${why}`;
    return {
      stage: 'maintenance',
      reason: { code: 'maintenance_window', text, figures: { window: window.name, until } },
      untilMs: open.untilMs,
    };
  }
  return null;
}

/** Whether a silence counts at an instant. */
export function isSilenceActive({ from, until }: SilenceSpec, nowMs: number): boolean {
  return (from === null || Date.parse(from) <= nowMs) && nowMs < Date.parse(until);
}

function silenced({ labels }: MutableAlert, { silences }: QuietFacts, nowMs: number): Mute | null {
  for (const silence of silences) {
    if (!isSilenceActive(silence, nowMs) || !matchesAll(silence.match, labels)) continue;
    const { name, until, reason, author } = silence;
    const by = author === null ? '' : ` by ${author}`;
    const text = `silence ${name}${by} until ${until}: ${reason}`;
    return {
      stage: 'silence',
      reason: { code: 'silence', text, figures: { silence: name, until, author } },
      untilMs: Date.parse(until),
    };
  }
  return null;
}

/** What a silence or a window would do to the alerts that fire now. */
export interface MutePreview<T> {
  readonly muted: readonly T[];
  readonly total: number;
  /** Matchers as written that fit none of the alerts: most likely misspelt. */
  readonly idle: readonly string[];
  /** From when to when it would be quiet; null: it would not be quiet now. */
  readonly until: string | null;
}

/** Nothing is stored: the same rules as `muteOf` over the alerts that are open. */
export function previewMute<T extends { readonly labels: Labels }>(
  document:
    | { readonly kind: 'Silence'; readonly spec: SilenceSpec }
    | { readonly kind: 'MaintenanceWindow'; readonly spec: MaintenanceWindowSpec },
  alerts: readonly T[],
  nowMs: number,
): MutePreview<T> {
  const { match } = document.spec;
  return {
    muted: alerts.filter(({ labels }) => matchesAll(match, labels)),
    total: alerts.length,
    idle: match
      .filter((matcher) => !alerts.some(({ labels }) => matchesAll([matcher], labels)))
      .map((matcher) => writeMatcher(matcher)),
    until: untilOf(document, nowMs),
  };
}

function untilOf(document: Parameters<typeof previewMute>[0], nowMs: number): string | null {
  if (document.kind === 'Silence') return isSilenceActive(document.spec, nowMs) ? document.spec.until : null;
  const open = windowAt(document.spec, nowMs);
  return open && new Date(open.untilMs).toISOString();
}
