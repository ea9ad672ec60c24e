import type { PolicyNow } from '@carillon/core/alert/evaluate/world';
import type pg from 'pg';
import type { Pair } from './alert-facts.js';

/** A job on a host that a policy expects to succeed within a time, and that is not waited for yet. */
export interface ToArm extends Pair {
  readonly policy: PolicyNow;
  /** Its last success, to the hour, or when it was assigned. */
  readonly lastSuccessMs: number;
}

const everyMs = 30_000;
const perTurn = 2_000;

/** Finds what policies with `noSuccessFor` have to wait for: no signal would ever come of what never runs. */
export class AlertArming {
  private lastMs = Number.NEGATIVE_INFINITY;

  isDue(nowMs: number): boolean {
    return nowMs - this.lastMs >= everyMs || nowMs < this.lastMs;
  }

  async find(client: pg.PoolClient, policies: readonly PolicyNow[], nowMs: number): Promise<ToArm[]> {
    const found: ToArm[] = [];
    for (const policy of policies) {
      if (!policy.conditions.some(({ kind }) => kind === 'noSuccessFor')) continue;
      found.push(...(await findOf(client, policy, perTurn - found.length)));
      // What is left is found by the next turn.
      if (found.length >= perTurn) return found;
    }
    this.lastMs = nowMs;
    return found;
  }
}

async function findOf(client: pg.PoolClient, policy: PolicyNow, limit: number): Promise<ToArm[]> {
  const scoped = policy.scope !== null;
  const jobs = policy.scope?.jobs?.map((name) => name.toLowerCase()) ?? null;
  const labels = scoped ? JSON.stringify(policy.scope?.labels ?? {}) : null;
  const result = await client.query<Pair & { lastSuccess: Date }>(
    `SELECT s.job_id AS "jobId", s.host_id AS "hostId", greatest(s.updated_at, (
       SELECT to_timestamp(max(hour) * 3600.0) FROM run_hour h WHERE h.job_id = s.job_id AND h.host_id = s.host_id AND h.succeeded > 0
     )) AS "lastSuccess"
     FROM assignment s JOIN job j ON j.id = s.job_id AND j.deleted_at IS NULL
     JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
     JOIN host h ON h.id = s.host_id AND h.state = 'active'
     WHERE s.state <> 'removing' AND (v.spec->>'enabled')::boolean IS NOT FALSE
       AND ((SELECT bool_or(lower(n) = $1) FROM jsonb_array_elements_text(v.spec->'alerts') AS n)
         OR ($2 AND ($3::text[] IS NULL OR j.name_key = ANY($3)) AND h.labels @> $4::jsonb))
       AND NOT EXISTS (SELECT FROM alert a WHERE a.policy = $1 AND a.job_id = s.job_id AND a.host_id = s.host_id
         AND a.what = '' AND a.state <> 'resolved')
     LIMIT $5`,
    [policy.key, scoped, jobs, labels, limit],
  );
  return result.rows.map(({ lastSuccess, ...pair }) => ({ ...pair, policy, lastSuccessMs: lastSuccess.getTime() }));
}
