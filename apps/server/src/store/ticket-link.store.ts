import { randomBytes } from 'node:crypto';
import type { Spread } from '@carillon/core/alert/incident';
import type { Notice, NoticeContent } from '@carillon/core/alert/notice';
import {
  isMutedByTicket,
  newTicketLink,
  readTicketLink,
  type TicketLink,
} from '@carillon/core/alert/ticket/ticket-link';
import type { TicketNote } from '@carillon/core/alert/ticket/ticket-step';
import type { AlertSeverity, IncidentState } from '@carillon/core/state/states';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { type AlertLogEntry, logDecisions } from './alert-log.js';
import { Database } from './database.store.js';
import { type Client, poolTransaction } from './pool-transaction.js';

/** A link whose time has come, with its incident as it is now. */
export interface DueTicket {
  readonly id: string;
  readonly incidentId: string;
  /** Name of the channel in lower case. */
  readonly integration: string;
  readonly generation: number;
  readonly link: TicketLink;
  /** Counted; what comes while it is worked on makes it due again. */
  readonly news: number;
  /** Of this server's lease; what is written after it was taken over by another one is refused. */
  readonly leasedUntil: Date;
  /** No ticket came after it. */
  readonly isLatest: boolean;
  readonly number: number;
  readonly title: string;
  readonly policy: string;
  readonly state: IncidentState;
  readonly severity: AlertSeverity;
  readonly spread: Spread;
  readonly acknowledgedBy: string | null;
  readonly assignee: string | null;
  /** The oldest note that a person wrote here and the ticket does not have. */
  readonly note: TicketNote | null;
  /** Of the latest notice to this channel: what the ticket says. */
  readonly content: NoticeContent | null;
}

/** Links to tickets: claimed by lease, so that one server at a time works on one ticket. */
@Injectable()
export class TicketLinkStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** A notice wants a ticket, or that its ticket is looked at: a hundred notices want the same one. */
  async want({ incidentId, channel }: Pick<Notice, 'incidentId' | 'channel'>, nowMs: number): Promise<void> {
    if (incidentId === null) return;
    await poolTransaction(this.database.pool, async (client) => {
      await addGeneration(client, incidentId, channel, 1, nowMs);
      await client.query(
        `UPDATE ticket_link SET ${heard('$3')} WHERE (incident_id, integration) = ($1, $2)
           AND generation = (SELECT max(generation) FROM ticket_link WHERE (incident_id, integration) = ($1, $2))`,
        [incidentId, channel, new Date(nowMs)],
      );
    });
  }

  /** Takes links that are due. One that is not written again until the lease is over comes again. */
  async claim(limit: number, nowMs: number, leaseMs: number): Promise<DueTicket[]> {
    const result = await this.database.pool.query<DueTicket>(
      `WITH due AS (
         UPDATE ticket_link SET due_at = $2, leased_until = $2 WHERE id IN
           (SELECT id FROM ticket_link WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, incident_id, integration, generation, link, news, leased_until)
       SELECT d.id, d.incident_id AS "incidentId", d.integration, d.generation, d.link, d.news,
         d.leased_until AS "leasedUntil",
         NOT EXISTS (SELECT FROM ticket_link l WHERE (l.incident_id, l.integration) = (d.incident_id, d.integration)
           AND l.generation > d.generation) AS "isLatest",
         i.number::float8 AS number, i.title, i.policy, i.state, i.severity, i.spread,
         i.acknowledged_by AS "acknowledgedBy", i.assignee,
         (SELECT n.content FROM notice n WHERE n.incident_id = i.id AND n.channel = d.integration
          ORDER BY n.created_at DESC LIMIT 1) AS content,
         (SELECT json_build_object('id', l.id, 'by', coalesce(l.actor, l.data->>'by'), 'text', l.text) FROM alert_log l
          WHERE l.incident_id = i.id AND l.stage = 'person' AND l.code = 'note' AND l.data->>'ticket' IS NULL
            AND l.id > (d.link->>'noted')::bigint
          ORDER BY l.id LIMIT 1) AS note
       FROM due d JOIN incident i ON i.id = d.incident_id`,
      [new Date(nowMs), new Date(nowMs + leaseMs), limit],
    );
    return result.rows.map((row) => ({ ...row, link: readTicketLink(row.link) }));
  }

  /** When the next ticket is due, a retry or one whose lease is over; null: none is. Epoch milliseconds. */
  async nextDueMs(): Promise<number | null> {
    const { rows } = await this.database.pool.query<{ at: Date | null }>('SELECT min(due_at) AS at FROM ticket_link');
    return rows[0]?.at?.getTime() ?? null;
  }

  /** Writes a step down before it goes out; the lease goes on. */
  async begin(ticket: DueTicket, link: TicketLink, nowMs: number): Promise<void> {
    await poolTransaction(this.database.pool, (client) => write(client, ticket, link, nowMs));
  }

  /** Writes down what is known, and when it is looked at next: at once when there were news meanwhile. Ends the lease. */
  async save(
    ticket: DueTicket,
    link: TicketLink,
    dueMs: number | null,
    log: readonly AlertLogEntry[],
    nowMs: number,
  ): Promise<void> {
    await poolTransaction(this.database.pool, (client) => this.saveWith(client, ticket, link, dueMs, log, nowMs));
  }

  /** The same, inside a transaction that does more. */
  async saveWith(
    client: Client,
    ticket: DueTicket,
    link: TicketLink,
    dueMs: number | null,
    log: readonly AlertLogEntry[],
    nowMs: number,
  ): Promise<void> {
    await write(client, ticket, link, nowMs);
    await client.query(
      `UPDATE ticket_link SET leased_until = NULL, due_at = CASE WHEN news = $2 THEN $3::timestamptz ELSE least($3, $4) END
       WHERE id = $1`,
      [ticket.id, link.news, dueMs === null ? null : new Date(dueMs), new Date(nowMs)],
    );
    await logDecisions(client, log);
  }

  /** This ticket is history; the next one begins. */
  async nextGeneration({ id, incidentId, integration, generation, link }: DueTicket, nowMs: number): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      await client.query('UPDATE ticket_link SET due_at = NULL, leased_until = NULL, updated_at = $2 WHERE id = $1', [
        id,
        new Date(nowMs),
      ]);
      await addGeneration(client, incidentId, integration, generation + 1, nowMs, link.noted);
    });
  }

  async ofIncident(incidentId: string) {
    return await this.database.prisma.ticketLink.findMany({
      where: { incidentId },
      orderBy: [{ integration: 'asc' }, { generation: 'asc' }],
      select: {
        integration: true,
        ticket: true,
        url: true,
        state: true,
        assignee: true,
        muted: true,
        generation: true,
      },
    });
  }
}

/**
 * Sets a ticket due since there are news of it. @param now placeholder of the present instant. While a server works on
 * it they wait for that one to be ready: two at once would do everything twice.
 */
export function heard(now: string): string {
  return `news = news + 1, due_at = CASE WHEN leased_until > ${now} THEN due_at ELSE least(coalesce(due_at, ${now}), ${now}) END`;
}

/** What these incidents became concerns their tickets: they are looked after at once, if not by whoever does so now. */
export async function wakeTickets(client: Client, incidentIds: readonly string[], nowMs: number): Promise<void> {
  if (incidentIds.length === 0) return;
  await client.query(
    `UPDATE ticket_link SET due_at = least(due_at, $2) WHERE incident_id = ANY($1::uuid[]) AND due_at IS NOT NULL
       AND (leased_until IS NULL OR leased_until <= $2)`,
    [incidentIds, new Date(nowMs)],
  );
}

/** @throws Error when another server works on it by now: nothing of what this one did may be written then */
async function write(client: Client, ticket: DueTicket, link: TicketLink, nowMs: number): Promise<void> {
  const { remote } = link;
  const result = await client.query(
    `UPDATE ticket_link SET link = $3, ticket = $4, url = $5, state = $6, assignee = $7, muted = $8, remote_id = $9,
       updated_at = $10 WHERE id = $1 AND leased_until = $2`,
    [
      ticket.id,
      ticket.leasedUntil,
      JSON.stringify(link),
      remote?.key ?? null,
      remote?.url ?? null,
      remote?.status ?? null,
      remote?.assignee ?? null,
      isMutedByTicket(link),
      remote?.id ?? null,
      new Date(nowMs),
    ],
  );
  if (result.rowCount === 0) throw new Error(`the lease of ticket ${remote?.key ?? link.key} is over`);
}

async function addGeneration(
  client: Client,
  incidentId: string,
  integration: string,
  generation: number,
  nowMs: number,
  noted: number | null = 0,
): Promise<void> {
  const key = `carillon-${incidentId}-${integration}-${generation}`.replace(/[^\w-]/g, '_');
  await client.query(
    `INSERT INTO ticket_link (id, incident_id, integration, generation, key, link, due_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7) ON CONFLICT DO NOTHING`,
    [
      makeUuid7(nowMs, randomBytes(10)),
      incidentId,
      integration,
      generation,
      key,
      JSON.stringify(newTicketLink(key, noted)),
      new Date(nowMs),
    ],
  );
}
