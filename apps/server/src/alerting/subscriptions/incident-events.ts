import { incidentEventOf, type SeenIncident } from '@carillon/core/alert/subscribe/incident-event';
import { wants } from '@carillon/core/alert/subscribe/subscription';
import { incidentSummaryView } from '../../shared/incident-view.js';
import type { AlertLogEntry } from '../../store/alert-log.js';
import { type IncidentSummaryRow, incidentSummaries } from '../../store/incident-list.store.js';
import { labelsOfMembers } from '../../store/incident-members.js';
import type { Client } from '../../store/pool-transaction.js';
import type { SubscriptionRow } from '../../store/subscription.store.js';
import { listeningTo } from '../../store/subscription.store.js';
import { type NewEvent, queueEvents } from '../../store/subscription-events.js';

/** Of what was decided about an incident at one moment, so much is told with it. */
const mostChanges = 20;

/**
 * Tells subscriptions what becomes of incidents, in the transaction that changes them: `begin` looks at them before,
 * `queue` after. Where nobody listens this is one look at a table of some rows.
 */
export class IncidentEvents {
  private constructor(
    private readonly client: Client,
    private readonly listeners: readonly SubscriptionRow[],
    private readonly ids: readonly string[],
    private readonly before: ReadonlyMap<string, SeenIncident>,
  ) {}

  /**
   * @param ids of incidents that may change; their rows are locked
   * @param opened those of them that this transaction opened, whether or not they have a row by now
   */
  static async begin(
    client: Client,
    ids: readonly string[],
    opened: ReadonlySet<string> = new Set(),
  ): Promise<IncidentEvents> {
    const listeners = ids.length === 0 ? [] : await listeningTo(client, 'incident.');
    const old = ids.filter((id) => !opened.has(id));
    const rows = listeners.length === 0 ? [] : await incidentSummaries(client, old);
    return new IncidentEvents(client, listeners, ids, new Map(rows.map((row) => [row.id, seen(row)])));
  }

  /**
   * @param log what was decided about them meanwhile
   * @param to makes an address of a path
   * @returns ids of the events that were queued
   */
  async queue(log: readonly AlertLogEntry[], to: (path: string) => string, nowMs: number): Promise<readonly string[]> {
    if (this.listeners.length === 0) return [];
    const rows = await incidentSummaries(this.client, this.ids);
    const labels = await this.labelsOf(rows);
    const events: NewEvent[] = [];
    for (const row of rows.sort((a, b) => a.number - b.number)) {
      const own = log.filter(({ incidentId }) => incidentId === row.id);
      const isSpokenOf = own.some(({ stage }) => stage === 'person');
      const type = incidentEventOf(this.before.get(row.id) ?? null, seen(row), isSpokenOf);
      if (!type) continue;
      const data = {
        incident: incidentSummaryView(row),
        url: to(`/incidents/${row.number}`),
        changes: own.slice(0, mostChanges).map(({ reason, actor }) => ({
          ...{ code: reason.code, text: reason.text, actor: actor ?? null },
        })),
      };
      for (const listener of this.listeners)
        if (wants(listener, type, labels.get(row.id) ?? [row.labels]))
          events.push({ subscriptionId: listener.id, type, incidentId: row.id, runId: null, data });
    }
    return await queueEvents(this.client, events, nowMs);
  }

  /** An incident is about whatever one of its alerts is about; it is as severe as it is by now. */
  private async labelsOf(rows: readonly IncidentSummaryRow[]): Promise<Map<string, Record<string, string>[]>> {
    const isAsked = this.listeners.some(({ match }) => match.length > 0);
    const members = isAsked
      ? await labelsOfMembers(this.client, this.ids)
      : new Map<string, Record<string, string>[]>();
    return new Map(
      rows.map((row) => [
        row.id,
        [row.labels, ...(members.get(row.id) ?? [])].map((labels) => ({ ...labels, severity: row.severity })),
      ]),
    );
  }
}

function seen(row: IncidentSummaryRow): SeenIncident {
  const { updatedAt: _, ...shown } = incidentSummaryView(row);
  return { state: row.state, shown: JSON.stringify(shown) };
}
