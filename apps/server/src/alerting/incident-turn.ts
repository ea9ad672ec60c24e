import { randomBytes } from 'node:crypto';
import type { AlertTransition } from '@carillon/core/alert/alert';
import { type Advance, advanceIncident, type Decision, type Members } from '@carillon/core/alert/incident/advance';
import { type Group, groupOf } from '@carillon/core/alert/incident/group-of';
import {
  type OpenIncident,
  openIncident,
  raiseIncident,
  reopenIncident,
} from '@carillon/core/alert/incident/open-incident';
import { logReason } from '@carillon/core/alert/log-reasons';
import { type Mute, muteOf, saysHostOffline } from '@carillon/core/alert/quiet/mute';
import { chooseRoute, type RoutePlan } from '@carillon/core/alert/route/choose-route';
import { alertSeverities } from '@carillon/core/state/states';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { type AlertLogEntry, logDecisions } from '../store/alert-log.js';
import { attachAlerts, countMembers, firingMembers, type MemberCounts } from '../store/incident-members.js';
import {
  incidentsById,
  newestIncidents,
  nextNumbers,
  wakeMutedByHosts,
  writeIncidents,
} from '../store/incident-rows.js';
import type { Client } from '../store/pool-transaction.js';
import { groupingOf, quietFacts, type RoutingFacts, routingFacts } from '../store/routing-facts.js';
import { wakeTickets } from '../store/ticket-link.store.js';
import { foldStorms, settleStorms } from './storms.js';
import { IncidentEvents } from './subscriptions/incident-events.js';
import { type NoticeLinks, Teller } from './teller.js';
import type { TurnInHand } from './turn-in-hand.js';
import type { Written } from './written.js';

/** More lines of one kind in one turn are one line with a count. */
const linesPerTurn = 20;
/** A spread over many alerts is counted so often at most; between, it is a little old. */
const spreadEveryMs = 5_000;
const smallSpread = 200;

/** Incidents that one turn decides about, and what it decided: read, brought to now, written. */
export class IncidentTurn implements TurnInHand {
  readonly incidents = new Map<string, OpenIncident>();
  readonly log: AlertLogEntry[] = [];
  readonly opened = new Set<string>();
  private readonly teller: Teller;

  private constructor(
    readonly client: Client,
    readonly facts: RoutingFacts,
    readonly nowMs: number,
    private readonly links: NoticeLinks,
  ) {
    this.teller = new Teller(facts, nowMs, links);
  }

  static async begin(client: Client, nowMs: number, links: NoticeLinks): Promise<IncidentTurn> {
    return new IncidentTurn(client, await routingFacts(client, nowMs), nowMs, links);
  }

  add(incidents: readonly OpenIncident[]): void {
    for (const incident of incidents) if (!this.incidents.has(incident.id)) this.incidents.set(incident.id, incident);
  }

  decided(incidentId: string, { stage, reason }: Decision, more: Partial<AlertLogEntry> = {}): void {
    this.log.push({ incidentId, at: new Date(this.nowMs), stage, reason, ...more });
  }

  planFor({ severity, labels }: Pick<OpenIncident, 'severity' | 'labels'>): RoutePlan {
    return chooseRoute(this.facts.routes, severity, labels);
  }

  /** Finds or opens the incidents of these alerts, and puts the alerts into them. */
  async join(transitions: readonly AlertTransition[]): Promise<void> {
    const changed = transitions.filter(({ alert }) => alert.state !== 'ok' && alert.state !== 'pending');
    this.add(await incidentsById(this.client, distinct(changed.map(({ alert }) => alert.incidentId))));
    const loose = changed.filter(({ alert }) => alert.state === 'firing' && !this.belongs(alert.incidentId));
    const groups = await this.groupsOf(loose);
    const byKey = await this.findOrOpen(groups);
    await attachAlerts(
      this.client,
      [...groups].flatMap(([{ alert }, group]) => {
        const incidentId = byKey.get(group.key);
        return incidentId ? [{ alertId: alert.id, incidentId }] : [];
      }),
    );
    await this.countNews(changed, (transition) => {
      const group = groups.get(transition);
      return group ? byKey.get(group.key) : (transition.alert.incidentId ?? undefined);
    });
    const hosts = changed.filter(({ facts }) => saysHostOffline(facts.condition)).map(({ alert }) => alert.key.hostId);
    await wakeMutedByHosts(this.client, distinct(hosts), this.nowMs);
  }

  /** An incident that is over has its alerts no more, unless a person closed it while they fired. */
  private belongs(incidentId: string | null): boolean {
    const incident = incidentId === null ? undefined : this.incidents.get(incidentId);
    return incident !== undefined && (incident.state !== 'resolved' || incident.data.closedByHand);
  }

  private async groupsOf(transitions: readonly AlertTransition[]): Promise<Map<AlertTransition, Group>> {
    const policies = await groupingOf(this.client, distinct(transitions.map(({ alert }) => alert.key.policy)));
    return new Map(
      transitions.map((transition) => {
        const { alert, facts } = transition;
        const by =
          policies.get(alert.key.policy) ?? this.planFor({ severity: alert.severity, labels: facts.labels }).groupBy;
        return [transition, groupOf(alert, facts, by)];
      }),
    );
  }

  private async findOrOpen(groups: ReadonlyMap<AlertTransition, Group>): Promise<Map<string, string>> {
    const firsts = new Map<string, readonly [AlertTransition, Group]>();
    for (const [transition, group] of groups) if (!firsts.has(group.key)) firsts.set(group.key, [transition, group]);
    const newest = new Map(
      (await newestIncidents(this.client, [...firsts.keys()])).map((incident) => [
        incident.key,
        this.incidents.get(incident.id) ?? incident,
      ]),
    );
    const missing = [...firsts.values()].filter(([, { key }]) => !this.reuse(newest.get(key), firsts.get(key)?.[0]));
    const policies = missing.map(([, { policy }]) => policy);
    const numbers = missing.length > 0 ? await nextNumbers(this.client, policies) : [];
    for (const [index, [transition, group]] of missing.entries())
      newest.set(group.key, this.open(transition, group, numbers[index] ?? 0));
    return new Map([...newest].map(([key, { id }]) => [key, id]));
  }

  /** @returns whether what is there is taken, or opened again */
  private reuse(incident: OpenIncident | undefined, transition: AlertTransition | undefined): boolean {
    if (!incident || !transition) return false;
    if (incident.state !== 'resolved') {
      this.add([incident]);
      return true;
    }
    const agoMs = this.nowMs - (incident.resolvedMs ?? 0);
    if (agoMs > incident.data.plan.reopenWithinMs && !incident.data.closedByHand) return false;
    const { severity } = transition.alert;
    const plan = this.planFor({ severity, labels: incident.labels });
    const again = reopenIncident(incident, plan, severity, this.nowMs);
    this.incidents.set(again.id, again);
    const text = `it fires again ${Math.round(agoMs / 60_000)} min after it was resolved: opened again`;
    const reason = logReason('reopened', text, { generation: again.generation, agoMs });
    this.decided(again.id, { stage: 'group', reason });
    this.routed(again, plan);
    return true;
  }

  private open({ alert, facts }: AlertTransition, group: Group, number: number): OpenIncident {
    const id = makeUuid7(this.nowMs, randomBytes(10));
    // Labels of one host say nothing of a group over many, but routes have to see some: those of the first.
    const labels = { ...facts.labels };
    const plan = this.planFor({ severity: alert.severity, labels });
    const incident = openIncident({ id, number }, group, plan, { severity: alert.severity, labels }, this.nowMs);
    this.incidents.set(id, incident);
    this.opened.add(id);
    const { subject, reason: why } = group.about;
    const about = { ...why.figures, ...(subject === null ? {} : { subject }), reason: why.code };
    this.decided(id, { stage: 'group', reason: logReason('opened', group.title, { ...about, key: group.key }) });
    this.routed(incident, plan);
    return incident;
  }

  routed({ id }: OpenIncident, plan: RoutePlan): void {
    const reason = plan.steps.length
      ? logReason('routed', `along ${plan.route}: ${describeSteps(plan)}`, { route: plan.route, steps: stepsOf(plan) })
      : logReason('no_target', `route ${plan.route} tells nobody of this severity`, { route: plan.route });
    this.decided(id, { stage: 'route', reason });
  }

  /** What is new since people were told, and which alerts came and went, each in the log as far as it is readable. */
  private async countNews(
    transitions: readonly AlertTransition[],
    incidentOf: (transition: AlertTransition) => string | undefined,
  ): Promise<void> {
    const asked = transitions.map(({ alert, facts }) => ({
      condition: facts.condition,
      hostId: alert.key.hostId,
      labels: facts.labels,
    }));
    const quiet = await quietFacts(this.client, this.facts, asked);
    const lines = new Map<string, { incidentId: string; count: number; decision: Decision; alertId: string }>();
    for (const [index, transition] of transitions.entries()) {
      const incidentId = incidentOf(transition);
      const incident = incidentId === undefined ? undefined : this.incidents.get(incidentId);
      const mutable = asked[index];
      if (!incidentId || !incident || !mutable) continue;
      const { alert } = transition;
      const mute = alert.state === 'firing' ? muteOf(mutable, quiet, this.nowMs) : null;
      if (alert.state === 'firing' && !mute && incident.state !== 'resolved')
        this.incidents.set(incidentId, { ...incident, data: { ...incident.data, news: incident.data.news + 1 } });
      this.line(lines, incidentId, transition, mute);
    }
    for (const { incidentId, count, decision, alertId } of lines.values())
      this.decided(incidentId, count === 1 ? decision : many(decision, count), count === 1 ? { alertId } : {});
  }

  private line(
    lines: Map<string, { incidentId: string; count: number; decision: Decision; alertId: string }>,
    incidentId: string,
    { alert, from, facts }: AlertTransition,
    mute: Mute | null,
  ): void {
    const code = mute
      ? `alert_muted_${mute.reason.code}`
      : from === alert.state
        ? 'alert_again'
        : `alert_${alert.state}`;
    const where = facts.hostName ?? facts.jobName ?? facts.policyName;
    const text = `${where}: ${mute ? mute.reason.text : alert.reason.text}`;
    const reason = mute
      ? logReason('alert_muted', text, { ...mute.reason.figures, where, mute: mute.reason.code }, code)
      : logReason('alert_again', text, { ...alert.reason.figures, where, reason: alert.reason.code }, code);
    const decision: Decision = { stage: mute?.stage ?? 'group', reason };
    const shared = `${incidentId} ${code}`;
    const known = lines.get(shared);
    if (known && known.count >= linesPerTurn) lines.set(shared, { ...known, count: known.count + 1 });
    else if (known) lines.set(shared, { ...known, count: known.count + 1 });
    else lines.set(shared, { incidentId, count: 1, decision, alertId: alert.id });
  }

  /** Brings all of them to now. */
  async bring(): Promise<void> {
    await foldStorms(this);
    const plain = [...this.incidents.values()].filter(({ data }) => !data.isStorm);
    const members = await this.membersOf(plain.map(({ id }) => id));
    for (const incident of plain) {
      const { counts, members: now } = members(incident.id);
      this.take(advanceIncident(this.raised(incident, counts), now, this.nowMs));
    }
    await settleStorms(this);
  }

  /** What an incident became, and whom that tells. @param actor who asked for it, where somebody did */
  take({ incident, tellings, decisions }: Advance, actor?: string): void {
    for (const decision of decisions)
      this.decided(incident.id, decision, decision.stage === 'person' && actor !== undefined ? { actor } : {});
    this.incidents.set(incident.id, this.teller.take(incident, tellings));
  }

  private raised(incident: OpenIncident, { rank }: MemberCounts): OpenIncident {
    const severity = alertSeverities[rank] ?? 'low';
    if (incident.state === 'resolved' || rank <= alertSeverities.indexOf(incident.severity)) return incident;
    const plan = this.planFor({ severity, labels: incident.labels });
    const text = `severity went from ${incident.severity} to ${severity}`;
    const reason = logReason('severity_raised', text, { severity, before: incident.severity });
    this.decided(incident.id, { stage: 'route', reason });
    this.routed(incident, plan);
    return raiseIncident(incident, plan, severity, this.nowMs);
  }

  /** How their alerts are, and of how many nobody is to be told. */
  async membersOf(ids: readonly string[]): Promise<(id: string) => { counts: MemberCounts; members: Members }> {
    const count = await countMembers(this.client, ids);
    const mutes = await this.mutesOf(ids);
    return (id) => {
      const counts = count(id);
      const { muted, mute } = mutes.get(id) ?? { muted: 0, mute: null };
      const { firing, recovering, flapping } = counts;
      return { counts, members: { firing, recovering, flapping, muted, mute } };
    };
  }

  private async mutesOf(ids: readonly string[]): Promise<Map<string, { muted: number; mute: Mute | null }>> {
    const found = new Map<string, { muted: number; mute: Mute | null }>();
    const firing = await firingMembers(this.client, ids);
    const quiet = await quietFacts(this.client, this.facts, [...firing.values()].flat());
    for (const [id, alerts] of firing) {
      const mutes = alerts.map((alert) => muteOf(alert, quiet, this.nowMs)).filter((mute) => mute !== null);
      // Loud as soon as the first of them ends; each look asks anew.
      const mute = mutes.reduce<Mute | null>((first, one) => (first && ends(first) <= ends(one) ? first : one), null);
      found.set(id, { muted: mutes.length, mute });
    }
    return found;
  }

  /** @returns which messages are new */
  async write(): Promise<Written> {
    const { client, nowMs } = this;
    const events = await IncidentEvents.begin(client, [...this.incidents.keys()], this.opened);
    await this.teller.prepare(client, this.incidents);
    for (const [id, incident] of this.incidents) this.incidents.set(id, this.spreadDue(incident));
    await writeIncidents(client, [...this.incidents.values()], nowMs);
    const counted = await this.teller.spreads(client, this.incidents, (incident) => this.isSpreadStale(incident));
    await writeIncidents(client, counted, nowMs);
    await wakeTickets(client, this.toldToTickets(), nowMs);
    const { added, entries } = await this.teller.queue(client, this.incidents);
    await logDecisions(client, [...this.log, ...entries]);
    return { notices: added, events: await events.queue(this.log, this.links.to, nowMs) };
  }

  /** Incidents of which a ticket says more than their notices do: who has them, and how bad they are. */
  private toldToTickets(): string[] {
    const ids = this.log.flatMap(({ incidentId, stage, reason }) =>
      incidentId && (stage === 'person' || reason.code === 'severity_raised') ? [incidentId] : [],
    );
    return [...new Set(ids)];
  }

  private isSpreadStale({ data, spread }: OpenIncident): boolean {
    if (data.isStorm) return false;
    return data.spreadMs === null || spread.total < smallSpread || this.nowMs - data.spreadMs >= spreadEveryMs;
  }

  /** A spread that was left as it is for now is counted a little later. */
  private spreadDue(incident: OpenIncident): OpenIncident {
    if (incident.data.isStorm || this.isSpreadStale(incident) || incident.state === 'resolved') return incident;
    const dueMs = (incident.data.spreadMs ?? this.nowMs) + spreadEveryMs;
    return { ...incident, wakeMs: Math.min(incident.wakeMs ?? dueMs, dueMs) };
  }
}

const ends = ({ untilMs }: Mute) => untilMs ?? Number.POSITIVE_INFINITY;

const distinct = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];

function many({ stage, reason }: Decision, count: number): Decision {
  const text = `${count} alerts, such as ${reason.text}`;
  return { stage, reason: { code: reason.code, text, figures: { ...reason.figures, count } } };
}

/** The same without words: `mail, pager; 15 min: @ops`. */
function stepsOf({ steps }: RoutePlan): string {
  return steps
    .map(({ waitMs, targets }) => {
      const names = targets.map((target) => ('onCall' in target ? `@${target.onCall}` : target.channel));
      return `${waitMs > 0 ? `${Math.round(waitMs / 60_000)} min: ` : ''}${names.join(', ')}`;
    })
    .join('; ');
}

function describeSteps({ steps }: RoutePlan): string {
  return steps
    .map(({ waitMs, targets }) => {
      const names = targets.map((target) => ('onCall' in target ? `on duty in ${target.onCall}` : target.channel));
      return `${waitMs > 0 ? `after ${Math.round(waitMs / 60_000)} min ` : ''}${names.join(', ')}`;
    })
    .join('; ');
}
