import { needsStarts } from '@carillon/core/alert/conditions/condition';
import type { AlertPolicySpec } from '@carillon/core/alert/documents/alert-policy.schema';
import { conditionsOfPolicy } from '@carillon/core/alert/documents/alert-policy.schema';
import type { Transaction } from './database.store.js';

interface Watching {
  /** Names of jobs in lower case; null: all. */
  readonly jobs: ReadonlySet<string> | null;
  readonly key: string;
  readonly starts: boolean;
}

/**
 * Brings `alert_watch` up to what policies and jobs say now: only runs of these jobs leave signals. In the transaction
 * that changed them, under the lock of definitions.
 * @param jobIds jobs that changed; all where a policy did
 */
export async function refreshAlertWatch(tx: Transaction, jobIds: readonly string[] | 'all'): Promise<void> {
  const documents = await tx.alertDocument.findMany({ where: { kind: 'AlertPolicy' } });
  const policies = documents.map(({ nameKey, spec }) => watchingOf(nameKey, spec as unknown as AlertPolicySpec));
  const only = jobIds === 'all' ? null : [...jobIds];
  const jobs = await tx.$queryRaw<{ id: string; name: string; alerts: string[] }[]>`
    SELECT j.id, j.name_key AS name, coalesce(v.spec->'alerts', '[]') AS alerts
    FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
    WHERE j.deleted_at IS NULL AND (${only}::uuid[] IS NULL OR j.id = ANY(${only}::uuid[]))`;
  const wanted = jobs.flatMap(({ id, name, alerts }) => {
    const named = new Set(alerts.map((alert) => alert.toLowerCase()));
    const looking = policies.filter(({ key, jobs: scope }) => named.has(key) || scope === null || scope.has(name));
    return looking.length > 0 ? [{ id, starts: looking.some(({ starts }) => starts) }] : [];
  });
  const ids = wanted.map(({ id }) => id);
  await tx.$executeRaw`
    DELETE FROM alert_watch WHERE (${only}::uuid[] IS NULL OR job_id = ANY(${only}::uuid[])) AND NOT job_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`
    INSERT INTO alert_watch (job_id, starts)
    SELECT * FROM unnest(${ids}::uuid[], ${wanted.map(({ starts }) => starts)}::boolean[])
    ON CONFLICT (job_id) DO UPDATE SET starts = excluded.starts WHERE alert_watch.starts <> excluded.starts`;
  // Whether a policy still looks at what fires is for the engine to say.
  await tx.$executeRaw`
    UPDATE alert SET wake_at = now() WHERE state <> 'resolved' AND policy <> 'system'
      AND (${only}::uuid[] IS NULL OR job_id = ANY(${only}::uuid[]))`;
}

function watchingOf(key: string, spec: AlertPolicySpec): Watching {
  const scope = spec.appliesTo;
  const jobs = !scope ? new Set<string>() : scope.jobs ? new Set(scope.jobs.map((name) => name.toLowerCase())) : null;
  return { key, jobs, starts: conditionsOfPolicy(spec).some(needsStarts) };
}
