import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Client } from './pool-transaction.js';

/** A ticket of another system that belongs to an incident. */
export interface IncidentLinkRow {
  readonly id: string;
  readonly system: string;
  readonly key: string;
  readonly url: string;
  readonly state: string | null;
  readonly assignee: string | null;
  readonly author: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a ticket system tells of its ticket; undefined: as it was. */
export interface LinkChange {
  readonly url?: string | undefined;
  readonly state?: string | null | undefined;
  readonly assignee?: string | null | undefined;
}

export type NewLink = Pick<IncidentLinkRow, 'system' | 'key' | 'url'> & LinkChange;

const columns = `id, system, key, url, state, assignee, author, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Links of one incident, in the order in which they came; the incident's row is locked by the caller. */
export async function linksOf(client: Client, incidentId: string): Promise<IncidentLinkRow[]> {
  const result = await client.query<IncidentLinkRow>(
    `SELECT ${columns} FROM incident_link WHERE incident_id = $1 ORDER BY created_at, id`,
    [incidentId],
  );
  return result.rows;
}

export async function addLink(
  client: Client,
  incidentId: string,
  { system, key, url, state, assignee }: NewLink,
  author: string,
  nowMs: number,
): Promise<IncidentLinkRow> {
  const id = makeUuid7(nowMs, randomBytes(10));
  const result = await client.query<IncidentLinkRow>(
    `INSERT INTO incident_link (id, incident_id, system, key, url, state, assignee, author, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING ${columns}`,
    [id, incidentId, system, key, url, state ?? null, assignee ?? null, author, new Date(nowMs)],
  );
  return result.rows[0] as IncidentLinkRow;
}

export async function changeLink(
  client: Client,
  link: IncidentLinkRow,
  change: LinkChange,
  nowMs: number,
): Promise<IncidentLinkRow> {
  const { url = link.url, state = link.state, assignee = link.assignee } = change;
  const result = await client.query<IncidentLinkRow>(
    `UPDATE incident_link SET url = $2, state = $3, assignee = $4, updated_at = $5 WHERE id = $1 RETURNING ${columns}`,
    [link.id, url, state, assignee, new Date(nowMs)],
  );
  return result.rows[0] as IncidentLinkRow;
}

export async function removeLink(client: Client, id: string): Promise<void> {
  await client.query('DELETE FROM incident_link WHERE id = $1', [id]);
}
