import { defaultConcernRules, type HostHealthFacts } from '@carillon/core/host/concerns';
import type { HostPresence, HostState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { ApprovalGuard } from './approval-permit.js';
import { noteChange } from './audit-act.js';
import { Database, type Transaction } from './database.store.js';
import { DesiredStore } from './desired.store.js';
import { type FreezeCheck, frozenLabels, passFreezes } from './freezes.js';
import { assignmentCountsSql, containing, presenceSql } from './presence-sql.js';

export interface HostRow {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly state: HostState;
  readonly presence: HostPresence;
  readonly labels: Record<string, string>;
  readonly os: string;
  readonly timezone: string;
  readonly agentVersion: string;
  readonly scheduler: string;
  readonly capabilities: string[];
  readonly publicKey: string;
  readonly joinedFrom: string | null;
  readonly lastSeenAt: Date | null;
  readonly enrolledAt: Date;
  readonly desiredRev: number;
  readonly desiredHash: string;
  readonly observedHash: string | null;
  readonly epoch: number;
  readonly ackedSeq: number;
  readonly waiting: number;
  readonly spoolBytes: number | null;
  readonly diskFreeBytes: number | null;
  readonly diskProblem: string | null;
  readonly losses: HostHealthFacts['losses'];
  readonly clockAheadMs: number | null;
  readonly copy: HostHealthFacts['copy'];
  readonly failingJobs: number;
  readonly assignments: { total: number; applied: number; pending: number; failed: number };
}

export interface HostQuery {
  readonly after: string | null;
  readonly limit: number;
  readonly search?: string | undefined;
  readonly presence?: HostPresence | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
  readonly agent?: string | undefined;
  readonly failing?: boolean | undefined;
  /** Undefined: every host but those that are retired. */
  readonly state?: HostState | undefined;
}

/** Runs of `host h` that began in the last day and went wrong. */
const badRunsSql = `run_bad b WHERE b.host_id = h.id AND b.id >= uuid_at(now() - interval '1 day')`;
const hostSql = `
  SELECT h.id, h.name, h.name_key AS "nameKey", h.state, ${presenceSql} AS presence, h.labels, h.os, h.timezone,
    h.agent_version AS "agentVersion", h.scheduler, h.capabilities, h.public_key AS "publicKey", h.joined_from AS "joinedFrom", s.last_seen_at AS "lastSeenAt",
    h.enrolled_at AS "enrolledAt", h.desired_rev::float8 AS "desiredRev", h.desired_hash AS "desiredHash",
    h.observed_hash AS "observedHash", coalesce(s.epoch, 1) AS epoch, coalesce(s.acked_seq, 0)::float8 AS "ackedSeq",
    coalesce(s.spool_waiting, 0) AS waiting, s.spool_bytes::float8 AS "spoolBytes",
    s.disk_free_bytes::float8 AS "diskFreeBytes", s.disk_problem AS "diskProblem",
    s.clock_ahead_ms::float8 AS "clockAheadMs",
    (SELECT json_build_object('hostname', i.hostname, 'lastMs', round(extract(epoch FROM i.last_seen_at) * 1000))
     FROM agent_instance i WHERE i.host_id = h.id AND i.state IN ('quarantined', 'barred')
       AND i.last_seen_at > now() - interval '${defaultConcernRules.copyShownMs} milliseconds'
     ORDER BY i.last_seen_at DESC LIMIT 1) AS copy,
    (SELECT json_build_object('runEvents', sum(l.run_events), 'otherEvents', sum(l.other_events),
       'outputRuns', sum(l.output_runs), 'lastMs', round(extract(epoch FROM max(l.noticed_at)) * 1000))
     FROM spool_loss l WHERE l.host_id = h.id AND l.noticed_at > now() - interval '${defaultConcernRules.lossShownMs} milliseconds'
     HAVING count(*) > 0) AS losses,
    (SELECT count(DISTINCT b.job_id)::int FROM ${badRunsSql}) AS "failingJobs",
    (SELECT ${assignmentCountsSql} FROM assignment a WHERE a.host_id = h.id) AS assignments
  FROM host h LEFT JOIN agent_session s ON s.host_id = h.id`;

/** Hosts as people see them. */
@Injectable()
export class HostStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** Hosts by name, at most `limit`, after a name. */
  async list({ after, limit, search, presence, label, agent, failing, state }: HostQuery): Promise<HostRow[]> {
    const result = await this.database.pool.query<HostRow>(
      `${hostSql}
       WHERE ($1::text IS NULL OR h.name_key > $1) AND ($2::text IS NULL OR h.name ILIKE $2)
         AND ($3::text IS NULL OR ${presenceSql} = $3) AND ($4::jsonb IS NULL OR h.labels @> $4)
         AND ($6::text IS NULL OR h.agent_version = $6)
         AND CASE WHEN $8::host_state IS NULL THEN h.state <> 'retired' ELSE h.state = $8 END
         AND ($7::boolean IS NULL OR EXISTS (SELECT FROM ${badRunsSql}) = $7)
       ORDER BY h.name_key LIMIT $5`,
      [
        after,
        search === undefined ? null : containing(search),
        presence ?? null,
        label ? JSON.stringify({ [label.key]: label.value }) : null,
        limit,
        agent ?? null,
        failing ?? null,
        state ?? null,
      ],
    );
    return result.rows;
  }

  async byName(name: string): Promise<HostRow | null> {
    const result = await this.database.pool.query<HostRow>(`${hostSql} WHERE h.name_key = $1`, [name.toLowerCase()]);
    return result.rows[0] ?? null;
  }

  /**
   * Replaces a host's labels; targets that name them follow in the same transaction.
   * @param freezes see what they hold back of it
   * @returns hosts whose desired state changed, or null when there is no such host
   */
  setLabels(name: string, labels: Record<string, string>, freezes: FreezeCheck): Promise<string[] | null> {
    return this.database.transaction(async (tx) => {
      // Before the row: whoever changes jobs holds this lock and then wants rows of hosts.
      await tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtext('carillon.reassign'))::text`;
      const guard = await ApprovalGuard.open(tx);
      const had = await jobsOfHost(tx, name);
      const rows = await tx.$queryRaw<{ id: string; name: string; before: Record<string, string> }[]>`
        UPDATE host h SET labels = ${JSON.stringify(labels)}::jsonb
        FROM (SELECT id, labels FROM host WHERE name_key = ${name.toLowerCase()} FOR UPDATE) AS old
        WHERE h.id = old.id RETURNING h.id, h.name, old.labels AS before`;
      const [host] = rows;
      if (!host) return null;
      this.accepted.note({ kind: 'labels', hostId: host.id, labels });
      noteChange({ kind: 'Host', act: 'labelled', what: host.name, before: host.before, after: labels });
      const changed = await this.desired.reassign(tx, { hostIds: [host.id] });
      const moved = symmetricDifference(had, await jobsOfHost(tx, name));
      const relabelled = { name: host.name, before: host.before, after: labels };
      passFreezes(await frozenLabels(tx, relabelled, moved, Date.now()), freezes);
      const before = { name: host.name, labels: host.before };
      const isMoved = changed.length > 0 || !guard.isSameInside(before, { name: host.name, labels });
      const change = {
        hostIds: isMoved ? [host.id] : [],
        hostsBefore: isMoved ? [before] : [],
        facts: { labels, before: host.before },
      };
      await guard.pass(tx, await guard.need(tx, change));
      return changed;
    });
  }
}

/** Ids of the jobs that it should have. */
async function jobsOfHost(tx: Transaction, name: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ jobId: string }[]>`
    SELECT a.job_id AS "jobId" FROM assignment a JOIN host h ON h.id = a.host_id
    WHERE h.name_key = ${name.toLowerCase()} AND a.state <> 'removing'`;
  return rows.map(({ jobId }) => jobId);
}

function symmetricDifference(some: readonly string[], others: readonly string[]): string[] {
  return [...some.filter((id) => !others.includes(id)), ...others.filter((id) => !some.includes(id))];
}
