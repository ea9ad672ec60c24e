import { canonicalJson, sha256Hex } from '@carillon/core/desired/canonical-json';
import type { CommandKind } from '@carillon/core/state/states';
import { signAs, type TestGateway } from './gateway-fixture.js';
import { newId } from './run-events.js';

export interface TestJob {
  readonly jobId: string;
  readonly version: number;
  readonly manifestHash: string;
}

/** Gives hosts by name a new version of a job, in one transaction, and hints as the API does. */
export async function putJob(
  gateway: TestGateway,
  hosts: readonly string[],
  options: { jobId?: string; version?: number; bytes?: number; needs?: string[] } = {},
): Promise<TestJob> {
  const { jobId = newId(), version = 1, bytes = 10, needs = [] } = options;
  const manifest = canonicalJson({ kind: 'carillon/job/v1', jobId, version, script: 'x'.repeat(bytes) });
  const manifestHash = sha256Hex(manifest);
  const signature = await gateway.accepted.signManifest(manifest);
  const changed = await gateway.database.transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO job (id, name, name_key, current_version) VALUES (${jobId}::uuid, ${jobId}, ${jobId}, ${version})
      ON CONFLICT (id) DO UPDATE SET current_version = excluded.current_version`;
    await tx.$executeRaw`
      INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author, needs)
      VALUES (${jobId}::uuid, ${version}, ${JSON.stringify({ targets: { hosts } })}::jsonb, ${manifestHash}, ${manifest},
        ${manifestHash}, ${signature}, 'test', ${needs}::text[])`;
    const specHash = manifestHash;
    const targets = { hosts };
    gateway.accepted.note({ kind: 'job', jobId, name: jobId, version, manifestHash, specHash, targets, needs });
    return gateway.desired.reassign(tx, { jobIds: [jobId] });
  });
  gateway.hints.publish({ kind: 'desired', hostIds: changed });
  return { jobId, version, manifestHash };
}

/** Takes a job off every host. */
export async function deleteJob(gateway: TestGateway, { jobId }: TestJob): Promise<void> {
  const changed = await gateway.database.transaction(async (tx) => {
    await tx.$executeRaw`UPDATE job SET deleted_at = now() WHERE id = ${jobId}::uuid`;
    gateway.accepted.note({ kind: 'job-gone', jobId });
    return gateway.desired.reassign(tx, { jobIds: [jobId] });
  });
  gateway.hints.publish({ kind: 'desired', hostIds: changed });
}

/** Queues a command as the API does. @returns its id */
export async function putCommand(
  gateway: TestGateway,
  hostId: string,
  options: { expiresInMs?: number; hint?: boolean; action?: CommandKind } = {},
): Promise<string> {
  const id = newId();
  const text = canonicalJson({ kind: 'carillon/command/v1', commandId: id, hostId });
  await gateway.database.pool.query(
    `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
     VALUES ($1, $2, $3, $7::command_kind, $4, $5, 'test', now() + $6 * interval '1 millisecond')`,
    [
      id,
      hostId,
      newId(),
      text,
      signAs(gateway.folder, 'carillon/v1/command', text),
      options.expiresInMs ?? 60_000,
      options.action ?? 'run',
    ],
  );
  if (options.hint ?? true) gateway.hints.publish({ kind: 'command', hostIds: [hostId] });
  return id;
}
