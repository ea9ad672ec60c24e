import type { AcceptedRecord } from '@carillon/core/signing/book-entry';
import type { RawQuery } from './audit-append.js';

type Of<K extends AcceptedRecord['kind']> = Extract<AcceptedRecord, { kind: K }>;

/** Everything in the database that moves a host's desired state, as the records with which a book begins. */
export async function allThatStands(query: RawQuery): Promise<AcceptedRecord[]> {
  const groups = await query<Omit<Of<'group'>, 'kind'> & { labels: Of<'group'>['labels'] | null }>(
    'SELECT name, labels, hosts FROM host_group ORDER BY name_key',
    [],
  );
  const hosts = await query<Omit<Of<'host'>, 'kind'>>(
    `SELECT id AS "hostId", name, labels, public_key AS "publicKey" FROM host
     WHERE state NOT IN ('pending', 'retired') ORDER BY id`,
    [],
  );
  // The current version last, which is the one that counts; older ones may still be on hosts that are held back.
  // Versions on their way lie over the one that all hosts had, which is the newest below them.
  const jobs = await query<Omit<Of<'job'>, 'kind'>>(
    `SELECT j.id AS "jobId", j.name, v.version, v.manifest_hash AS "manifestHash", v.spec_hash AS "specHash",
       v.spec->'targets' AS targets, v.needs,
       CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('seed', r.seed, 'rings', r.rings, 'soakMs', r.soak_ms,
         'open', r.open, 'isHalted', r.state = 'halted') END AS rollout
     FROM job j JOIN job_version v ON v.job_id = j.id
     LEFT JOIN rollout r ON r.job_id = j.id AND r.version = v.version AND r.in_force
     WHERE j.deleted_at IS NULL ORDER BY j.id, v.version = j.current_version, v.version`,
    [],
  );
  const pauses = await query<{ hostId: string; id: string; untilMs: number; afterwards: string }>(
    `SELECT host_id AS "hostId", id, (extract(epoch FROM until_at) * 1000)::float8 AS "untilMs", afterwards
     FROM host_pause WHERE ended_at IS NULL`,
    [],
  );
  const leaving = await query<{ hostId: string }>(
    `SELECT id AS "hostId" FROM host WHERE state = 'decommissioning' ORDER BY id`,
    [],
  );
  const tokens = await query<Omit<Of<'token'>, 'kind'>>(
    `SELECT hash, labels, uses - used AS uses, needs_approval AS "needsApproval",
       (extract(epoch FROM expires_at) * 1000)::float8 AS "expiresMs"
     FROM enrolment_token WHERE revoked_at IS NULL AND expires_at > now() AND used < uses ORDER BY id`,
    [],
  );
  const sealKeys = await query<Omit<Of<'seal-key'>, 'kind'>>(
    'SELECT host_id AS "hostId", key, signature FROM host_seal_key ORDER BY host_id',
    [],
  );
  const secrets = await query<Omit<Of<'secret'>, 'kind'>>(
    `SELECT purpose, name_key AS name, version, jobs, encode(sha256(sealed), 'hex') AS "sealedHash"
     FROM job_secret ORDER BY purpose, name_key`,
    [],
  );
  return [
    ...groups.map(({ name, labels, hosts: names }) => groupRecord(name, labels ?? undefined, names)),
    ...hosts.map((host) => ({ ...host, kind: 'host' as const })),
    ...leaving.map(({ hostId }) => ({ kind: 'host-leaving' as const, hostId })),
    ...tokens.map((token) => ({ ...token, kind: 'token' as const })),
    ...jobs.map(({ rollout, ...job }) => ({ ...job, kind: 'job' as const, ...(rollout ? { rollout } : {}) })),
    ...sealKeys.map((key) => ({ ...key, kind: 'seal-key' as const })),
    ...secrets.map((secret) => ({ ...secret, kind: 'secret' as const })),
    ...pauses.map(({ hostId, ...pause }) => ({ kind: 'pause' as const, hostIds: [hostId], pauses: [pause] })),
  ];
}

/** A group as the book says it: what it does not select by is left out, as where targets are compared. */
export function groupRecord(
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
  hosts: readonly string[] | undefined,
): AcceptedRecord {
  return { kind: 'group', name, ...(labels ? { labels } : {}), ...(hosts && hosts.length > 0 ? { hosts } : {}) };
}
