import type { AlertTransition } from '@carillon/core/alert/alert';
import type { Client } from '../store/pool-transaction.js';
import type { Written } from './written.js';

/** What became of a stage's work, for the hints that follow the commit. */
export interface StageWork extends Written {
  /** There is more to do than one turn should. */
  readonly more: boolean;
}

/**
 * What is done with alerts once they are decided: grouped, muted, routed, told. Called inside the engine's transaction,
 * of which there is one at a time in all servers.
 */
export interface IncidentStage {
  /** Alerts have changed, in this order; their rows are written already. */
  take(client: Client, transitions: readonly AlertTransition[], nowMs: number): Promise<StageWork>;
  /** Time has passed: waits are over, windows begin and end, escalations go on. */
  wake(client: Client, nowMs: number): Promise<StageWork>;
}

/** Injection token. */
export const INCIDENT_STAGE = Symbol('incident stage');
