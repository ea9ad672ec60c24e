import { randomBytes } from 'node:crypto';
import type { NoticeTarget } from '@carillon/core/alert/incident';
import type { Telling } from '@carillon/core/alert/incident/advance';
import { noticeContent, noticeKey, reach } from '@carillon/core/alert/incident/notice-of';
import type { OpenIncident } from '@carillon/core/alert/incident/open-incident';
import { begunMs, type Recoveries } from '@carillon/core/alert/incident/resolution';
import { logReason } from '@carillon/core/alert/log-reasons';
import type { NoticeContent } from '@carillon/core/alert/notice';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { AcknowledgeGrant } from '../shared/acknowledge-links.js';
import type { AlertLogEntry } from '../store/alert-log.js';
import { type Lead, leadsOf, recoveriesOf, spreadsOf } from '../store/incident-members.js';
import { stormMembers } from '../store/incident-rows.js';
import { type NewNotice, queueNotices } from '../store/notice-rows.js';
import type { Client } from '../store/pool-transaction.js';
import type { RoutingFacts } from '../store/routing-facts.js';

interface Pending {
  readonly incidentId: string;
  readonly telling: Telling;
  readonly targets: readonly NoticeTarget[];
}

const digestParts = 20;
/** Whoever comes later than this signs in. */
const linkLivesMs = 24 * 3_600_000;

/** Where messages lead. */
export interface NoticeLinks {
  to(path: string): string;
  acknowledge(grant: AcknowledgeGrant): string;
}

/** Whom the decisions of one turn tell: finds out who is meant now, and makes notices of it. */
export class Teller {
  private readonly pending: Pending[] = [];
  private readonly entries: AlertLogEntry[] = [];
  private leads = new Map<string, Lead>();
  private recoveries = new Map<string, Recoveries>();

  constructor(
    private readonly facts: RoutingFacts,
    private readonly nowMs: number,
    private readonly links: NoticeLinks,
  ) {}

  /** @returns the incident with who was told in fact */
  take(incident: OpenIncident, tellings: readonly Telling[]): OpenIncident {
    const missed = new Set<string>();
    for (const telling of tellings) {
      const { targets, missing } = reach(telling.targets, this.facts, this.nowMs);
      for (const reason of missing) {
        // A channel that is missing is missing for each reason to tell; once a turn says it.
        if (missed.has(reason.text)) continue;
        missed.add(reason.text);
        this.entries.push({ incidentId: incident.id, at: new Date(this.nowMs), stage: 'route', reason });
      }
      if (targets.length === 0) {
        const text = `${telling.reason}: nobody could be told`;
        this.entries.push({
          incidentId: incident.id,
          at: new Date(this.nowMs),
          stage: 'route',
          reason: logReason('nobody_told', text, { notice: telling.reason }),
        });
      } else this.pending.push({ incidentId: incident.id, telling, targets });
    }
    if (tellings.length === 0) return incident;
    const told = reach(incident.data.told, this.facts, this.nowMs).targets;
    return { ...incident, data: { ...incident.data, told } };
  }

  async prepare(client: Client, incidents: ReadonlyMap<string, OpenIncident>): Promise<void> {
    const ids = new Set(this.pending.map(({ incidentId }) => incidentId));
    this.leads = await leadsOf(
      client,
      [...ids].filter((id) => !incidents.get(id)?.data.isStorm),
    );
    const ended = this.pending.filter(({ telling }) => telling.reason === 'resolved' && telling.by === undefined);
    const begun = ended.flatMap(({ incidentId }): [string, number][] => {
      const incident = incidents.get(incidentId);
      return incident && !incident.data.isStorm ? [[incidentId, begunMs(incident)]] : [];
    });
    this.recoveries = await recoveriesOf(client, new Map(begun));
  }

  /** Counts how far incidents reach, where people are told or it was not counted for a while. @returns those that changed */
  async spreads(
    client: Client,
    incidents: Map<string, OpenIncident>,
    isStale: (incident: OpenIncident) => boolean,
  ): Promise<OpenIncident[]> {
    const telling = new Set(this.pending.map(({ incidentId }) => incidentId));
    const due = [...incidents.values()].filter(
      (incident) => !incident.data.isStorm && (telling.has(incident.id) || isStale(incident)),
    );
    const spreads = await spreadsOf(
      client,
      due.map(({ id }) => id),
    );
    return due.map((incident) => {
      const spread = spreads.get(incident.id) ?? incident.spread;
      const counted = { ...incident, spread, data: { ...incident.data, spreadMs: this.nowMs } };
      incidents.set(incident.id, counted);
      return counted;
    });
  }

  /** Writes the notices. @returns ids of those that are new, and what the log says of them */
  async queue(
    client: Client,
    incidents: ReadonlyMap<string, OpenIncident>,
  ): Promise<{ added: readonly string[]; entries: readonly AlertLogEntry[] }> {
    const parts = await this.partsOf(client, incidents);
    const notices = this.pending.flatMap(({ incidentId, telling, targets }): NewNotice[] => {
      const incident = incidents.get(incidentId);
      if (!incident) return [];
      const lead = this.leads.get(incidentId) ?? null;
      const content = noticeContent(incident, telling, lead, this.links.to, {
        parts: parts.get(incidentId),
        recoveries: this.recoveries.get(incidentId),
      });
      return targets.map((target) => ({
        id: makeUuid7(this.nowMs, randomBytes(10)),
        key: noticeKey(incident, telling, target),
        incidentId,
        generation: incident.generation,
        ...target,
        reason: telling.reason,
        step: telling.step,
        content: this.withAcknowledge(content, incident, target),
        createdAt: new Date(this.nowMs),
      }));
    });
    const added = await queueNotices(client, notices);
    const told = notices.filter(({ id }) => added.has(id)).map((notice) => this.entryOf(notice));
    return { added: [...added], entries: [...this.entries, ...told] };
  }

  /** Each target has a link of its own, so that it is known who used it. */
  private withAcknowledge(content: NoticeContent, incident: OpenIncident, { channel, recipient }: NoticeTarget) {
    if (incident.state !== 'firing') return content;
    const grant = { number: incident.number, generation: incident.generation, who: recipient ?? channel };
    const acknowledge = this.links.acknowledge({ ...grant, expiresMs: this.nowMs + linkLivesMs });
    return { ...content, links: { ...content.links, acknowledge } };
  }

  private entryOf({ id, incidentId, channel, recipient, reason, content }: NewNotice): AlertLogEntry {
    const to = recipient === null ? channel : `${channel} (${recipient})`;
    const figures = { channel, to, notice: reason };
    const told = logReason('notice', `${to} is told: ${content.text}`, figures, `notice_${reason}`);
    return { incidentId, noticeId: id, at: new Date(this.nowMs), stage: 'escalate', reason: told };
  }

  private async partsOf(
    client: Client,
    incidents: ReadonlyMap<string, OpenIncident>,
  ): Promise<Map<string, NonNullable<NoticeContent['parts']>>> {
    const storms = this.pending.map(({ incidentId }) => incidents.get(incidentId)).filter((one) => one?.data.isStorm);
    const ids = [...new Set(storms.flatMap((storm) => (storm ? [storm.id] : [])))];
    const members = await stormMembers(client, ids);
    return new Map(
      ids.map((id) => [
        id,
        members
          .filter(({ data }) => data.storm?.id === id)
          .slice(0, digestParts)
          .map(({ title, spread }) => ({ title, count: Math.max(1, spread.firing) })),
      ]),
    );
  }
}
