import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';

export type AuditKind = 'Job' | 'AlertDocument' | 'Incident' | 'Pause' | 'Command';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly kind: AuditKind;
  readonly act: string;
  readonly what: string;
  readonly text: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditQuery {
  readonly kind: AuditKind | undefined;
  readonly actor: string | undefined;
  readonly search: string | undefined;
  readonly since: Date | undefined;
  /** Only what comes after this in the order of the list. */
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly limit: number;
}

/** Where each kind is kept. Definitions are read only for the rows that are shown. */
const sources: Readonly<Record<AuditKind, string>> = {
  Job: `SELECT 'job/' || v.job_id || '/' || v.version AS id, v.created_at AS at, v.author AS actor, 'Job' AS kind,
      CASE v.version WHEN 1 THEN 'created' ELSE 'updated' END AS act, j.name AS what, v.reason AS text,
      v.job_id, v.version, NULL::bigint AS change
    FROM job_version v JOIN job j ON j.id = v.job_id`,
  AlertDocument: `SELECT 'document/' || c.id, c.at, c.actor, 'AlertDocument',
      CASE WHEN c.before IS NULL THEN 'created' WHEN c.after IS NULL THEN 'deleted' ELSE 'updated' END,
      c.kind || ' ' || c.name, NULL, NULL::uuid, NULL::int, c.id
    FROM document_change c`,
  Incident: `SELECT 'incident/' || l.id, l.at, l.actor, 'Incident', l.code, '#' || i.number || ' ' || i.title, l.text,
      NULL::uuid, NULL::int, NULL::bigint
    FROM alert_log l JOIN incident i ON i.id = l.incident_id WHERE l.actor IS NOT NULL`,
  Pause: `SELECT 'pause/' || p.id, p.from_at, p.made_by, 'Pause', 'paused', h.name, p.reason, NULL::uuid, NULL::int, NULL::bigint
    FROM host_pause p JOIN host h ON h.id = p.host_id
    UNION ALL SELECT 'resume/' || p.id, p.ended_at, p.ended_by, 'Pause', 'resumed', h.name, NULL, NULL::uuid, NULL::int, NULL::bigint
    FROM host_pause p JOIN host h ON h.id = p.host_id WHERE p.ended_by IS NOT NULL`,
  Command: `SELECT 'command/' || c.id, c.created_at, c.author, 'Command', c.action::text, j.name || ' @ ' || h.name, c.message,
      NULL::uuid, NULL::int, NULL::bigint
    FROM command c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id`,
};
const kinds = Object.keys(sources) as AuditKind[];

/** What people changed, from wherever it is kept. */
@Injectable()
export class AuditStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first. */
  async list({ kind, actor, search, since, after, limit }: AuditQuery): Promise<AuditRow[]> {
    const where = new Conditions();
    where.given(actor, (place) => `lower(actor) = lower(${place}::text)`);
    where.given(search, (place) => `strpos(lower(what), lower(${place}::text)) > 0`);
    where.given(since, (place) => `at >= ${place}`);
    if (after) where.always(`(at, id) < (${where.place(after.at)}::timestamptz, ${where.place(after.id)}::text)`);
    const most = where.place(limit);
    // Each kind by itself, so that none is read further than the page.
    const columns = 'id, at, actor, kind, act, what, text, job_id, version, change';
    const parts = (kind === undefined ? kinds : [kind]).map(
      (one) =>
        `SELECT * FROM (SELECT * FROM (${sources[one]}) AS s(${columns}) ${where.sql} ORDER BY at DESC, id DESC LIMIT ${most}) AS part`,
    );
    const result = await this.database.pool.query<AuditRow>(
      `SELECT x.id, x.at, x.actor, x.kind, x.act, x.what, nullif(x.text, '') AS text,
         coalesce(c.before, b.spec) AS before, coalesce(c.after, a.spec) AS after
       FROM (${parts.join(' UNION ALL ')} ORDER BY at DESC, id DESC LIMIT ${most}) x
       LEFT JOIN document_change c ON c.id = x.change
       LEFT JOIN job_version a ON a.job_id = x.job_id AND a.version = x.version
       LEFT JOIN job_version b ON b.job_id = x.job_id AND b.version = x.version - 1
       ORDER BY x.at DESC, x.id DESC`,
      where.values,
    );
    return result.rows;
  }
}
