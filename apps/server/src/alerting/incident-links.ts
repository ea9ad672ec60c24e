import { logReason } from '@carillon/core/alert/log-reasons';
import type { Reason } from '@carillon/core/alert/reason';
import { Inject, Injectable } from '@nestjs/common';
import { HINTS, type Hints } from '../queue/hints.js';
import { Origins } from '../shared/origins.js';
import { logDecisions } from '../store/alert-log.js';
import { Database } from '../store/database.store.js';
import {
  addLink,
  changeLink,
  type IncidentLinkRow,
  type LinkChange,
  linksOf,
  type NewLink,
  removeLink,
} from '../store/incident-link-rows.js';
import { incidentByNumber, touchIncident } from '../store/incident-rows.js';
import { keyedEffect } from '../store/key-effect.js';
import { type Client, poolTransaction } from '../store/pool-transaction.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';
import { IncidentEvents } from './subscriptions/incident-events.js';
import { tellOf } from './written.js';

/** An incident is a ticket or two elsewhere; more is a program that runs wild. */
const mostLinks = 20;

export type LinkOutcome =
  | { readonly kind: 'done'; readonly link: IncidentLinkRow }
  | { readonly kind: 'no_incident' | 'no_link' }
  | { readonly kind: 'too_many'; readonly most: number };

interface Deed {
  readonly outcome: LinkOutcome;
  /** Null where nothing changed. */
  readonly reason: Reason | null;
}

/** Which tickets of other systems belong to an incident. Each change stands in the incident's log. */
@Injectable()
export class IncidentLinks {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** The same ticket a second time is the same link. */
  add(number: number, link: NewLink, by: string): Promise<LinkOutcome> {
    return this.change(number, by, async (client, incidentId, nowMs) => {
      const links = await linksOf(client, incidentId);
      const known = links.find(({ system, key }) => system === link.system && key === link.key);
      const effect = await keyedEffect(client);
      // What was told of it since then is newer.
      if (known && effect.isDone) return { outcome: { kind: 'done', link: known }, reason: null };
      if (!known && links.length >= mostLinks) return { outcome: { kind: 'too_many', most: mostLinks }, reason: null };
      await effect.done();
      if (known) return await told(client, known, link, nowMs);
      const added = await addLink(client, incidentId, link, by, nowMs);
      const reason = logReason('linked', `${by} linked it to ${nameOf(added)}`, { by, ...figuresOf(added) });
      return { outcome: { kind: 'done', link: added }, reason };
    });
  }

  tell(number: number, id: string, change: LinkChange, by: string): Promise<LinkOutcome> {
    return this.change(number, by, async (client, incidentId, nowMs) => {
      const link = (await linksOf(client, incidentId)).find((one) => one.id === id);
      return link ? await told(client, link, change, nowMs) : { outcome: { kind: 'no_link' }, reason: null };
    });
  }

  remove(number: number, id: string, by: string): Promise<LinkOutcome> {
    return this.change(number, by, async (client, incidentId) => {
      const link = (await linksOf(client, incidentId)).find((one) => one.id === id);
      if (!link) return { outcome: { kind: 'no_link' }, reason: null };
      await removeLink(client, id);
      return {
        outcome: { kind: 'done', link },
        reason: logReason('unlinked', `${by} took the link to ${nameOf(link)} away`, { by, ...figuresOf(link) }),
      };
    });
  }

  private async change(
    number: number,
    by: string,
    work: (client: Client, incidentId: string, nowMs: number) => Promise<Deed>,
  ): Promise<LinkOutcome> {
    const [origin = 'http://localhost'] = this.origins.all;
    let told: readonly string[] = [];
    const done = await poolTransaction(this.database.pool, async (client): Promise<LinkOutcome> => {
      const nowMs = this.clock();
      const incident = await incidentByNumber(client, number);
      if (!incident) return { kind: 'no_incident' };
      const events = await IncidentEvents.begin(client, [incident.id]);
      const { outcome, reason } = await work(client, incident.id, nowMs);
      if (!reason) return outcome;
      await touchIncident(client, incident.id, nowMs);
      const entry = { incidentId: incident.id, at: new Date(nowMs), stage: 'person' as const, reason, actor: by };
      await logDecisions(client, [entry]);
      told = await events.queue([entry], (path) => `${origin}${path}`, nowMs);
      return outcome;
    });
    tellOf(this.hints, { notices: [], events: told });
    return done;
  }
}

async function told(client: Client, link: IncidentLinkRow, change: LinkChange, nowMs: number): Promise<Deed> {
  const { url = link.url, state = link.state, assignee = link.assignee } = change;
  if (url === link.url && state === link.state && assignee === link.assignee)
    return { outcome: { kind: 'done', link }, reason: null };
  const now = await changeLink(client, link, change, nowMs);
  const text = `${nameOf(now)} is ${now.state ?? 'in no known state'}, with ${now.assignee ?? 'nobody'}`;
  const figures = { ...figuresOf(now), state: now.state, assignee: now.assignee };
  return { outcome: { kind: 'done', link: now }, reason: logReason('link_changed', text, figures) };
}

const figuresOf = ({ id, system, key }: IncidentLinkRow) => ({ link: id, ticket: key, system });
const nameOf = ({ system, key }: IncidentLinkRow) => `${key} in ${system}`;
