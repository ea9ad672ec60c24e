import { namesInRoute, type RouteSpec } from '@carillon/core/alert/documents/route.schema';
import type { IncidentAbout } from '@carillon/core/alert/incident';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import type { AlertDocumentKind, AlertSeverity, IncidentState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { noteChange } from './audit-act.js';
import { digestOf } from './audit-append.js';
import { type JobUse, usesOfCalendars } from './calendars.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface DocumentRow {
  readonly kind: AlertDocumentKind;
  readonly name: string;
  readonly nameKey: string;
  readonly spec: { readonly name: string };
  /** As in a file; null where nobody wrote it. */
  readonly written: Readonly<Record<string, unknown>> | null;
  /** Its text; null where there is none. */
  readonly source: string | null;
  readonly author: string;
  readonly updatedAt: Date;
}

/** Something that names a document. */
export interface DocumentUse {
  readonly kind: string;
  readonly name: string;
  /** Where it does, `to.high`. */
  readonly path: string;
}

export type Removal =
  | { readonly kind: 'removed'; readonly name: string }
  | { readonly kind: 'used'; readonly by: DocumentUse[] }
  | { readonly kind: 'unknown' };

/** An open alert with the incident it belongs to, as far as silences look at it. */
export interface OpenAlertRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly number: number | null;
  readonly title: string | null;
  readonly about: IncidentAbout | null;
  readonly state: IncidentState | null;
  readonly severity: AlertSeverity | null;
}

/** Of more than that, the newest. */
const openAlertsRead = 50_000;

/** Documents as people look at them. */
@Injectable()
export class AlertDocumentListStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** By name. */
  async list(kind: AlertDocumentKind, after: string | null, limit: number): Promise<DocumentRow[]> {
    const result = await this.database.pool.query<DocumentRow>(
      `SELECT kind, name, name_key AS "nameKey", spec, written, source, author, updated_at AS "updatedAt"
       FROM alert_document WHERE kind = $1 AND ($2::text IS NULL OR name_key > $2) ORDER BY name_key LIMIT $3`,
      [kind, after, limit],
    );
    return result.rows;
  }

  async get(kind: AlertDocumentKind, name: string): Promise<(DocumentRow & { usedBy: DocumentUse[] }) | null> {
    return poolTransaction(this.database.pool, async (client) => {
      const result = await client.query<DocumentRow>(
        `SELECT kind, name, name_key AS "nameKey", spec, written, source, author, updated_at AS "updatedAt"
         FROM alert_document WHERE kind = $1 AND name_key = $2`,
        [kind, name.toLowerCase()],
      );
      const [row] = result.rows;
      return row ? { ...row, usedBy: await usesOf(client, kind, row.nameKey) } : null;
    });
  }

  /** What names calendars, by the calendar's name in lower case. */
  usesOfCalendars(): Promise<Map<string, JobUse[]>> {
    return usesOfCalendars(this.database.pool);
  }

  /** Deletes one that nothing names, with the lock under which documents are applied. */
  remove(kind: AlertDocumentKind, name: string, actor: string): Promise<Removal> {
    return poolTransaction(this.database.pool, async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('carillon.apply'))`);
      const by = await usesOf(client, kind, name.toLowerCase());
      if (by.length > 0) return { kind: 'used', by };
      const deleted = await client.query<{ id: number; name: string; before: Json }>(
        `WITH gone AS (DELETE FROM alert_document WHERE kind = $1 AND name_key = $2 RETURNING name, coalesce(written::jsonb, spec) AS before)
         INSERT INTO document_change (at, actor, kind, name, before) SELECT now(), $3, $1, name, before FROM gone RETURNING id::float8 AS id, name, before`,
        [kind, name.toLowerCase(), actor],
      );
      const [row] = deleted.rows;
      if (!row) return { kind: 'unknown' };
      noteChange({
        kind: 'AlertDocument',
        act: 'deleted',
        what: `${kind} ${row.name}`,
        before: digestOf(canonicalJson(row.before)),
        ref: { change: row.id },
      });
      return { kind: 'removed', name: row.name };
    });
  }

  /** Alerts that a silence could mute now. */
  async openAlerts(): Promise<OpenAlertRow[]> {
    const result = await this.database.pool.query<OpenAlertRow>(
      `SELECT coalesce(a.facts->'labels', '{}') AS labels, i.number::float8 AS number, i.title, i.data->'about' AS about, i.state,
         i.severity
       FROM alert a LEFT JOIN incident i ON i.id = a.incident_id AND i.state <> 'resolved'
       WHERE a.state IN ('firing', 'acked') AND a.policy <> $2 ORDER BY a.id DESC LIMIT $1`,
      [openAlertsRead, selfWatch.name],
    );
    return result.rows;
  }
}

/** What names a document: jobs name policies and calendars, routes name channels and schedules, schedules and channels name channels. */
async function usesOf(client: pg.PoolClient, kind: AlertDocumentKind, nameKey: string): Promise<DocumentUse[]> {
  if (kind === 'AlertPolicy') {
    const jobs = await client.query<{ name: string }>(
      `SELECT j.name FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
       WHERE j.deleted_at IS NULL AND EXISTS (
         SELECT 1 FROM jsonb_array_elements_text(v.spec->'alerts') AS a(name) WHERE lower(a.name) = $1)
       ORDER BY j.name_key`,
      [nameKey],
    );
    return jobs.rows.map(({ name }) => ({ kind: 'Job', name, path: 'alerts' }));
  }
  if (kind === 'Calendar') return (await usesOfCalendars(client)).get(nameKey) ?? [];
  if (kind !== 'Channel' && kind !== 'OnCall') return [];
  const routes = await client.query<{ name: string; spec: RouteSpec }>(
    `SELECT name, spec FROM alert_document WHERE kind = 'Route' ORDER BY name_key`,
  );
  const inRoutes = routes.rows.flatMap(({ name, spec }) =>
    namesInRoute(spec)
      .filter((used) => used.kind === kind && used.name.toLowerCase() === nameKey)
      .map(({ path }) => ({ kind: 'Route', name, path })),
  );
  if (kind === 'OnCall') return inRoutes;
  const people = await client.query<{ name: string; person: string }>(
    `SELECT d.name, p.key AS person FROM alert_document d, jsonb_each(d.spec->'people') AS p(key, value)
     WHERE d.kind = 'OnCall' AND EXISTS (SELECT 1 FROM jsonb_object_keys(p.value) AS c(name) WHERE lower(c.name) = $1)
     ORDER BY d.name_key, p.key`,
    [nameKey],
  );
  const stoodIn = await client.query<{ name: string }>(
    `SELECT name FROM alert_document WHERE kind = 'Channel' AND lower(spec->>'fallback') = $1 ORDER BY name_key`,
    [nameKey],
  );
  const asFallback = stoodIn.rows.map(({ name }) => ({ kind: 'Channel', name, path: 'fallback' }));
  return [
    ...inRoutes,
    ...asFallback,
    ...people.rows.map(({ name, person }) => ({ kind: 'OnCall', name, path: `people.${person}` })),
  ];
}
