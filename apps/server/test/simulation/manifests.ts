import { canonicalJson } from '@carillon/core/desired/canonical-json';
import type { Manifest } from '@carillon/core/job/job-spec';
import type { Centre } from './gateway.js';
import type { CommandRow } from './tables.js';

/** A definition as plain as can be; what the program is plays no part. */
export function makeManifest(jobId: string, version: number): Manifest {
  return {
    kind: 'carillon/job/v1',
    jobId,
    version,
    name: `job-${jobId.slice(-6)}`,
    description: '',
    schedule: [{ kind: 'startup' }],
    run: { kind: 'program', program: 'a.exe', arguments: [], workingDirectory: null, environment: {} },
    runAs: 'system',
    onOverlap: 'parallel',
    onMissed: 'skip',
    onDrift: 'repair',
    timeoutMs: null,
    retry: null,
    exitCodes: { success: [{ from: 0, to: 0 }], warning: [] },
    output: { keepBytes: 1024 * 1024, encoding: 'auto' },
    enabled: true,
  } as Manifest;
}

type Order = Pick<CommandRow, 'id' | 'hostId' | 'jobId' | 'runId' | 'expiresMs'>;

/** An order as the centre signs and stores it: to stop a run where one is named, else to start one. */
export function makeCommand(order: Order, notBeforeMs: number, signer: Centre['signer']): CommandRow {
  const { id, hostId, jobId, runId, expiresMs } = order;
  const action = runId === null ? 'run' : 'stop';
  const text = canonicalJson({
    kind: 'carillon/command/v1',
    commandId: id,
    hostId,
    action,
    jobId,
    runId,
    notBefore: new Date(notBeforeMs).toISOString(),
    notAfter: new Date(expiresMs).toISOString(),
  });
  const signature = signer.sign('carillon/v1/command', text);
  return { id, hostId, jobId, action, runId, text, signature, expiresMs, state: 'queued', code: null };
}
