import type { AuditKind } from '@carillon/contract/http/audit.routes';
import type { IncidentAbout } from '@carillon/core/alert/incident';
import type { KeptLink } from '@carillon/core/audit/chain';
import { Inject, Injectable } from '@nestjs/common';
import { type AuditAct, appendAct } from './audit-act.js';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';
import { poolTransaction, rawQuery } from './pool-transaction.js';

export interface AuditRow {
  readonly seq: number;
  readonly at: Date;
  readonly actor: string;
  readonly kind: AuditKind;
  readonly act: string;
  readonly what: string;
  /** Of an incident that is still called so. */
  readonly about: IncidentAbout | null;
  readonly text: string | null;
  readonly from: string | null;
  readonly via: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly given: unknown;
  readonly chained: boolean;
}

export type LinkRow = Omit<KeptLink, 'at'> & { readonly at: Date };

export interface AuditQuery {
  readonly kind: AuditKind | undefined;
  readonly actor: string | undefined;
  readonly search: string | undefined;
  /** Name of a job: what was done to it, and to its tasks on hosts. */
  readonly job: string | undefined;
  readonly since: Date | undefined;
  /** Only rows before this number. */
  readonly before: number | null;
  readonly limit: number;
}

/** What was done, as the rows of the chain say it. */
@Injectable()
export class AuditStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** A row for what changed nothing in the database, or failed later. */
  async add(act: AuditAct, text?: string): Promise<void> {
    await poolTransaction(this.database.pool, (client) => appendAct(rawQuery(client), act, text));
  }

  /** As they are kept, oldest first. */
  async chain(after: number, since: Date | undefined, limit: number): Promise<LinkRow[]> {
    const result = await this.database.pool.query<LinkRow>(
      `SELECT seq::float8 AS seq, at, hash, body FROM audit_entry
       WHERE seq > $1 AND ($2::timestamptz IS NULL OR at >= $2) ORDER BY seq LIMIT $3`,
      [after, since ?? null, limit],
    );
    return result.rows;
  }

  /** Newest first. Nothing is shown but what was hashed, and the versions that it names. */
  async list({ kind, actor, search, job, since, before, limit }: AuditQuery): Promise<AuditRow[]> {
    const where = new Conditions();
    where.given(kind, (place) => `e.kind = ${place}::text`);
    where.given(actor, (place) => `e.actor_key = left(lower(${place}::text), 200)`);
    where.given(search, (place) => `strpos(e.what_key, lower(${place}::text)) > 0`);
    where.given(job, ofJob);
    where.given(since, (place) => `e.at >= ${place}`);
    if (before !== null) where.always(`e.seq < ${where.place(before)}`);
    const result = await this.database.pool.query<AuditRow>(
      `SELECT x.seq::float8 AS seq, x.at, x.b->>'actor' AS actor, x.b->>'kind' AS kind, x.b->>'act' AS act, x.b->>'what' AS what,
         x.b->>'text' AS text, x.b->>'from' AS "from", x.b->>'via' AS via, x.hash IS NOT NULL AS chained,
         i.data->'about' AS about, coalesce(c.before, v0.spec, nullif(x.b->'before', 'null')) AS before,
         coalesce(c.after, v1.spec, nullif(x.b->'after', 'null')) AS after, nullif(x.b->'given', 'null') AS given
       FROM (SELECT f.seq, r.at, r.hash, r.body::jsonb AS b
         FROM (SELECT e.seq FROM audit_entry e ${where.sql} ORDER BY e.seq DESC LIMIT ${where.place(limit)}) f
         JOIN audit_entry r USING (seq)) x
       LEFT JOIN document_change c ON c.id = ${refTo('change', '^\\d{1,18}$', 'bigint')}
       LEFT JOIN job_version v1 ON v1.job_id = ${refTo('job', uuidPattern, 'uuid')} AND v1.version = (x.b->'ref'->>'version')::int
       LEFT JOIN job_version v0 ON v0.job_id = ${refTo('job', uuidPattern, 'uuid')} AND v0.version = (x.b->'ref'->>'version')::int - 1
       LEFT JOIN incident i ON x.b->>'kind' = 'Incident' AND i.number = substring(x.b->>'what' FROM '^#(\\d{1,15}) ')::bigint
         AND x.b->>'what' = '#' || i.number || ' ' || i.title
       ORDER BY x.seq DESC`,
      where.values,
    );
    return result.rows;
  }
}

/** A task is told as `JOB on HOST`, and no host's name has a blank: a job that is called so itself is another one. */
function ofJob(place: string): string {
  const name = `lower(${place}::text)`;
  return `(e.kind IN ('Job', 'Rollout', 'Command') AND e.what_key = ${name} OR e.kind = 'Task'
    AND starts_with(e.what_key, ${name} || ' on ') AND strpos(substr(e.what_key, length(${name}) + 5), ' ') = 0)`;
}

const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** What a row refers to, where it is of that kind: rows of other things have other ids under the same name, and stand for ever. */
function refTo(key: string, pattern: string, type: 'bigint' | 'uuid'): string {
  const said = `x.b->'ref'->>'${key}'`;
  return `CASE WHEN ${said} ~ '${pattern}' THEN (${said})::${type} END`;
}
