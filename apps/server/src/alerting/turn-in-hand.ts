import type { Advance, Decision, Members } from '@carillon/core/alert/incident/advance';
import type { OpenIncident } from '@carillon/core/alert/incident/open-incident';
import type { RoutePlan } from '@carillon/core/alert/route/choose-route';
import type { AlertLogEntry } from '../store/alert-log.js';
import type { MemberCounts } from '../store/incident-members.js';
import type { Client } from '../store/pool-transaction.js';
import type { RoutingFacts } from '../store/routing-facts.js';

/** A turn as those see it who decide about a part of it. */
export interface TurnInHand {
  readonly client: Client;
  readonly facts: RoutingFacts;
  readonly nowMs: number;
  /** By id, as they are decided so far. */
  readonly incidents: Map<string, OpenIncident>;
  /** Ids of those that this turn opened. */
  readonly opened: Set<string>;
  add(incidents: readonly OpenIncident[]): void;
  decided(incidentId: string, decision: Decision, more?: Partial<AlertLogEntry>): void;
  planFor(incident: Pick<OpenIncident, 'severity' | 'labels'>): RoutePlan;
  routed(incident: OpenIncident, plan: RoutePlan): void;
  take(advance: Advance, actor?: string): void;
  membersOf(ids: readonly string[]): Promise<(id: string) => { counts: MemberCounts; members: Members }>;
}
