import type { QuietStateName } from '../../state/states.js';
import type { PlannedTimes } from '../documents/maintenance-window.schema.js';
import type { SilenceSpec } from '../documents/silence.schema.js';
import { isSilenceActive } from './mute.js';
import { nextWindow, windowAt } from './windows.js';

/** Whether it is quiet by a silence or a window, and when it is or was. */
export interface QuietState {
  readonly state: QuietStateName;
  /** Epoch milliseconds, of the time that is active or comes next; null: from when it was written on. */
  readonly fromMs: number | null;
  /** Null: it is over, and when that was is not known. */
  readonly untilMs: number | null;
}

export type QuietDocument =
  | { readonly kind: 'Silence'; readonly spec: SilenceSpec }
  | { readonly kind: 'MaintenanceWindow' | 'Freeze'; readonly spec: PlannedTimes };

/** The state of a silence or of a window at an instant. */
export function quietStateAt(document: QuietDocument, nowMs: number): QuietState {
  if (document.kind === 'Silence') {
    const { spec } = document;
    const fromMs = spec.from === null ? null : Date.parse(spec.from);
    const untilMs = Date.parse(spec.until);
    const state = isSilenceActive(spec, nowMs) ? 'active' : nowMs < untilMs ? 'coming' : 'over';
    return { state, fromMs, untilMs };
  }
  const { spec } = document;
  const open = windowAt(spec, nowMs);
  if (open) return { state: 'active', ...open };
  const next = nextWindow(spec, nowMs);
  if (next) return { state: 'coming', ...next };
  return { state: 'over', fromMs: null, untilMs: spec.until === null ? null : Date.parse(spec.until) };
}
