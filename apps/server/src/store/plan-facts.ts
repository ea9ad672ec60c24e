import type { Document } from '@carillon/core/document/read-document';
import type { Transaction } from './database.store.js';
import { hostsOfRollouts, type RolloutHosts } from './rollout-hosts.js';

/** A host that should have a job. */
export interface PlanHost {
  readonly name: string;
  readonly timezone: string;
}

/** Live jobs by name in lower case, with the hosts that should have them, or will in the end, by name. */
export type JobHosts = ReadonlyMap<
  string,
  { readonly job: string; readonly hosts: readonly PlanHost[]; readonly rollout?: RolloutHosts }
>;

/** A document as it is stored. */
export interface Stored {
  readonly spec: object;
  /** As in a file, where it is kept. */
  readonly written: object | null;
}

/** What a plan is made of: the same questions, asked before and after a transaction has written. */
export interface PlanFacts {
  /** Documents that are stored before, by `placeKey`. */
  readonly stored: ReadonlyMap<string, Stored>;
  readonly hostsBefore: JobHosts;
  readonly hostsAfter: JobHosts;
  /** Jobs that are deleted, since the files of their set have them no more. */
  readonly pruned: readonly { readonly name: string; readonly hosts: readonly string[] }[];
}

/** What is stored under the names of these documents, by `placeKey`. */
export async function storedDocuments(tx: Transaction, documents: readonly Document[]): Promise<Map<string, Stored>> {
  const keysOf = (wanted: string) =>
    documents.flatMap(({ kind, spec }) => (kind === wanted ? [spec.name.toLowerCase()] : []));
  const jobs = await tx.$queryRaw<{ nameKey: string; spec: object }[]>`
    SELECT j.name_key AS "nameKey", v.spec FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
    WHERE j.deleted_at IS NULL AND j.name_key = ANY(${keysOf('Job')}::text[])`;
  const groups = await tx.hostGroup.findMany({ where: { nameKey: { in: keysOf('HostGroup') } } });
  const others = documents.filter(({ kind }) => kind !== 'Job' && kind !== 'HostGroup');
  const alerting = await tx.alertDocument.findMany({
    where: { OR: others.map(({ kind, spec }) => ({ kind, nameKey: spec.name.toLowerCase() })) },
  });
  return new Map<string, Stored>([
    ...jobs.map(({ nameKey, spec }) => [`Job/${nameKey}`, { spec, written: null }] as const),
    ...groups.map(({ name, nameKey, labels, hosts, approvals }) => {
      const approval = approvals === null ? {} : { approval: { required: approvals } };
      const spec = {
        name,
        ...(labels === null ? {} : { labels }),
        ...(hosts.length > 0 ? { hosts } : {}),
        ...approval,
      };
      return [`HostGroup/${nameKey}`, { spec, written: null }] as const;
    }),
    ...alerting.map(({ kind, nameKey, spec, written }) => {
      return [`${kind}/${nameKey}`, { spec: spec as object, written: written as object | null }] as const;
    }),
  ]);
}

/** Hosts of the live jobs of these names, and of those whose targets name one of these groups. */
export async function hostsOfNamed(tx: Transaction, documents: readonly Document[]): Promise<JobHosts> {
  const keysOf = (wanted: string) =>
    documents.flatMap(({ kind, spec }) => (kind === wanted ? [spec.name.toLowerCase()] : []));
  const rows = await tx.$queryRaw<{ id: string; job: string; hosts: PlanHost[] }[]>`
    SELECT j.id, j.name AS job, coalesce(json_agg(json_build_object('name', h.name, 'timezone', h.timezone) ORDER BY h.name_key)
      FILTER (WHERE h.id IS NOT NULL), '[]') AS hosts
    FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
    LEFT JOIN assignment a ON a.job_id = j.id AND a.state <> 'removing' LEFT JOIN host h ON h.id = a.host_id
    WHERE j.deleted_at IS NULL AND (j.name_key = ANY(${keysOf('Job')}::text[]) OR EXISTS (
      SELECT 1 FROM jsonb_array_elements_text(v.spec->'targets'->'groups') AS g(name)
      WHERE lower(g.name) = ANY(${keysOf('HostGroup')}::text[])))
    GROUP BY j.id ORDER BY j.name_key`;
  const coming = await hostsOfRollouts(
    tx,
    rows.map(({ id }) => id),
  );
  return new Map(
    rows.map(({ id, job, hosts }) => {
      const rollout = coming.get(id);
      return [job.toLowerCase(), { job, hosts: rollout?.hosts ?? hosts, ...(rollout ? { rollout } : {}) }];
    }),
  );
}
