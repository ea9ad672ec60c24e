import type { RequestAct } from '@carillon/contract/http/requests.routes';
import type { RequestState } from '@carillon/core/approval/change-request';
import type { SignedApproval } from '@carillon/core/approval/signed-approval';
import { Inject, Injectable } from '@nestjs/common';
import { rightsOf, rightsSql } from './account-rows.js';
import type { Need, WrittenVersion } from './approval-permit.js';
import { besideAct, noteChange } from './audit-act.js';
import { Database, type Transaction } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface ChangeRequestRow {
  readonly number: number;
  readonly act: RequestAct;
  readonly title: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly author: string;
  readonly authorAccount: string | null;
  readonly reason: string | null;
  readonly planHash: string;
  readonly plan: unknown;
  /** Versions that it would write. */
  readonly jobs: readonly WrittenVersion[];
  readonly groups: string[];
  /** Hosts of these groups that it moves, by name. */
  readonly hosts: string[];
  readonly required: number;
  readonly state: RequestState;
  readonly outcome: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  /** In their order. */
  readonly approvals: readonly { readonly account: string; readonly name: string; readonly at: string }[];
}

export interface NewRequest {
  readonly act: RequestAct;
  readonly title: string;
  readonly body: object;
  readonly author: string;
  readonly authorAccount: string | null;
  readonly reason: string | null;
  readonly need: Need;
  readonly plan: unknown;
  readonly nowMs: number;
  readonly lifeMs: number;
}

const columns = `r.number::float8 AS number, r.act, r.title, r.body, r.author, r.author_account AS "authorAccount", r.reason,
  r.plan_hash AS "planHash", r.plan, r.jobs, r.groups, r.required, r.state, r.outcome, r.created_at AS "createdAt",
  r.expires_at AS "expiresAt", r.ended_at AS "endedAt",
  (SELECT coalesce(json_agg(h.name ORDER BY h.name_key), '[]') FROM host h WHERE h.id = ANY(r.host_ids)) AS hosts,
  (SELECT coalesce(json_agg(json_build_object('account', a.account_id, 'name', a.name, 'at', a.at) ORDER BY a.at), '[]')
   FROM change_approval a WHERE a.request = r.number) AS approvals`;

/** Changes that wait for others to approve them. */
@Injectable()
export class ChangeRequestStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The same asked for again by the same person, upon the same, is the request that waits already. */
  async add(request: NewRequest): Promise<{ readonly number: number; readonly isNew: boolean }> {
    const { act, title, author, authorAccount, reason, need, plan, nowMs, lifeMs } = request;
    const body = JSON.stringify(request.body);
    return poolTransaction(this.database.pool, async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('carillon.change-request'))`);
      const known = await client.query<{ number: number }>(
        `SELECT number::float8 AS number FROM change_request WHERE state = 'open' AND expires_at > $6 AND act = $1
           AND plan_hash = $2 AND author = $3 AND author_account IS NOT DISTINCT FROM $4 AND body = $5::jsonb`,
        [act, need.hash, author, authorAccount, body, new Date(nowMs)],
      );
      if (known.rows[0]) return { number: known.rows[0].number, isNew: false };
      const { rows } = await client.query<{ number: number }>(
        `INSERT INTO change_request (act, title, body, author, author_account, reason, plan_hash, plan, groups, required,
           host_ids, job_ids, created_at, expires_at, jobs)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING number::float8 AS number`,
        [
          ...[act, title, body, author, authorAccount, reason, need.hash, JSON.stringify(plan ?? null)],
          ...[need.groups, need.required, need.hostIds, need.jobIds, new Date(nowMs), new Date(nowMs + lifeMs)],
          JSON.stringify(need.versions),
        ],
      );
      const number = rows[0]?.number ?? 0;
      const { groups, required, hash } = need;
      const after = { number, title, groups: [...groups], required, planHash: hash };
      noteChange({
        by: author,
        kind: 'ChangeRequest',
        act: 'asked for',
        what: `${number} ${title}`,
        text: reason,
        after,
      });
      return { number, isNew: true };
    });
  }

  async list(
    before: number | null,
    { limit, state }: { limit: number; state?: RequestState | undefined },
    nowMs: number,
  ): Promise<ChangeRequestRow[]> {
    await this.expire(nowMs);
    return this.rows(
      `SELECT ${columns} FROM change_request r WHERE ($1::bigint IS NULL OR r.number < $1) AND ($2::text IS NULL OR r.state = $2)
       ORDER BY r.number DESC LIMIT $3`,
      [before, state ?? null, limit],
    );
  }

  async byNumber(number: number): Promise<ChangeRequestRow | null> {
    return (await this.rows(`SELECT ${columns} FROM change_request r WHERE r.number = $1`, [number]))[0] ?? null;
  }

  /**
   * Notes that somebody approves, while nobody else decides about it.
   * @param judge sees the request as it stands; what it throws changes nothing
   */
  async approve(
    number: number,
    by: {
      readonly account: string;
      readonly name: string;
      readonly planHash: string;
      /** Of what the request would write. */
      readonly signatures: readonly SignedApproval[];
    },
    judge: (request: ChangeRequestRow) => void,
  ): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      await client.query(`SELECT FROM change_request WHERE number = $1 FOR UPDATE`, [number]);
      const { rows } = await client.query<ChangeRequestRow>(
        `SELECT ${columns} FROM change_request r WHERE r.number = $1`,
        [number],
      );
      if (!rows[0]) throw new Error(`change request ${number} is gone`);
      judge(rows[0]);
      await client.query(
        'INSERT INTO change_approval (request, account_id, name, plan_hash, signatures) VALUES ($1, $2, $3, $4, $5)',
        [number, by.account, by.name, by.planHash, JSON.stringify(by.signatures)],
      );
      const { title } = rows[0];
      noteChange({
        kind: 'ChangeRequest',
        act: 'approved',
        what: `${number} ${title}`,
        after: { planHash: by.planHash },
      });
    });
  }

  /** Ends a request that is open. @returns false when somebody else was faster */
  async end(
    number: number,
    state: Exclude<RequestState, 'open' | 'expired'>,
    outcome: string,
    nowMs: number,
  ): Promise<boolean> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<{ title: string }>(
        `UPDATE change_request SET state = $2, outcome = $3, ended_at = $4 WHERE number = $1 AND state = 'open'
         RETURNING title`,
        [number, state, outcome, new Date(nowMs)],
      );
      if (!rows[0]) return false;
      noteChange({ kind: 'ChangeRequest', act: state, what: `${number} ${rows[0].title}`, text: outcome });
      return true;
    });
  }

  /**
   * Ends an open request as applied, in the transaction that applies it. Its approvals are read there once more.
   * @returns who has approved; null when it is open no more
   */
  async applied(
    tx: Transaction,
    number: number,
    nowMs: number,
  ): Promise<readonly { readonly account: string; readonly name: string }[] | null> {
    const rows = await tx.$queryRaw<{ title: string; author: string; planHash: string }[]>`
      UPDATE change_request SET state = 'applied', ended_at = ${new Date(nowMs)}
      WHERE number = ${number}::bigint AND state = 'open' AND expires_at > ${new Date(nowMs)}
      RETURNING title, author, plan_hash AS "planHash"`;
    const [request] = rows;
    if (!request) return null;
    const approvals = await tx.$queryRaw<{ account: string; name: string }[]>`
      SELECT account_id AS account, name FROM change_approval
      WHERE request = ${number}::bigint AND plan_hash = ${request.planHash} ORDER BY at`;
    // Only of what was written; the texts say which versions they mean.
    await tx.$executeRaw`
      INSERT INTO definition_approval (job_id, version, key, text, signature, signed_by)
      SELECT v.job_id, v.version, s.key, s.text, s.signature, a.name
      FROM change_approval a CROSS JOIN jsonb_to_recordset(a.signatures) AS s(text text, signature text, key text)
      JOIN job_version v ON v.job_id = (s.text::jsonb->>'jobId')::uuid AND v.version = (s.text::jsonb->>'version')::int
        AND v.manifest_hash = s.text::jsonb->>'manifestHash'
      WHERE a.request = ${number}::bigint AND a.plan_hash = ${request.planHash}
      ON CONFLICT (job_id, version, key) DO NOTHING`;
    noteChange({
      kind: 'ChangeRequest',
      act: 'applied',
      what: `${number} ${request.title}`,
      after: { author: request.author, approvedBy: approvals.map(({ name }) => name), planHash: request.planHash },
    });
    return approvals;
  }

  /** Those whose time is over. */
  async expire(nowMs: number): Promise<void> {
    const sql = `UPDATE change_request SET state = 'expired', ended_at = expires_at, outcome = 'not approved in time'
      WHERE state = 'open' AND expires_at <= $1`;
    // Nobody does that who asks for one of them.
    await besideAct(() => this.database.pool.query(sql, [new Date(nowMs)]));
  }

  /** Rights of accounts as they are now; those that are gone or switched off have none. */
  async rightsOf(accounts: readonly string[]) {
    const { rows } = await this.database.pool.query<{ id: string; kind: string; rights: unknown }>(
      `SELECT a.id, a.kind, ${rightsSql('session')} FROM account a WHERE a.id = ANY($1::uuid[]) AND a.disabled_at IS NULL`,
      [accounts],
    );
    return new Map(rows.map(({ id, kind, rights }) => [id, { isPerson: kind === 'person', rights: rightsOf(rights) }]));
  }

  private async rows(sql: string, values: unknown[]): Promise<ChangeRequestRow[]> {
    return (await this.database.pool.query<ChangeRequestRow>(sql, values)).rows;
  }
}
