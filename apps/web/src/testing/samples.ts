import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import type { JobSpec } from '@carillon/core/job/job-spec';

export const runId = '01a209fb-3cb0-74df-baaf-b865520091ef';
const uuid = '01a209fb-3cb0-74df-baaf-b865520091aa';

export function sampleRun(change: Partial<Response<typeof runRoutes.get>> = {}): Response<typeof runRoutes.get> {
  const stream = { bytes: 0, stored: 0, received: 0, sha256: null };
  return {
    id: runId,
    job: 'nightly',
    jobId: uuid,
    jobVersion: 2,
    host: 'db-01',
    hostId: uuid,
    state: 'failed',
    reason: 'exit_code',
    trigger: 'schedule',
    scheduledFor: '2026-11-23T02:00:00.000Z',
    startedAt: '2026-11-23T02:00:01.000Z',
    finishedAt: '2026-11-23T02:00:02.500Z',
    durationMs: 1_500,
    attempts: 1,
    exitCode: 3,
    exit: { unsigned: 3, signed: 3, hex: '0x00000003', name: null, text: 'The program ended with exit code 3.' },
    receivedAt: '2026-11-23T02:00:03.000Z',
    output: { encoding: 'auto', stdout: stream, stderr: stream },
    ...change,
  };
}

export function sampleJob(
  change: Partial<Response<typeof jobRoutes.list>['items'][number]> = {},
): Response<typeof jobRoutes.list>['items'][number] {
  return {
    id: uuid,
    name: 'nightly',
    version: 2,
    description: '',
    owner: 'data-team',
    enabled: true,
    schedule: '0 2 * * *',
    assignments: { total: 3, applied: 2, pending: 1, failed: 0 },
    lastRun: null,
    health: 'never',
    recent: [],
    nextFireAt: null,
    updatedAt: '2026-11-23T01:00:00.000Z',
    ...change,
  };
}

/** A definition with every default written out. */
export const fullSpec = {
  name: 'nightly',
  description: '',
  owner: 'data-team',
  enabled: true,
  targets: { labels: { role: 'db' } },
  schedule: [{ kind: 'cron', expression: '0 2 * * *' }],
  run: {
    kind: 'program',
    program: 'C:\\etl.exe',
    arguments: ['--full'],
    workingDirectory: null,
    environment: {},
  },
  runAs: 'system',
  onOverlap: 'skip',
  onMissed: 'skip',
  onDrift: 'repair',
  timeoutMs: null,
  retry: null,
  exitCodes: { success: [{ from: 0, to: 0 }], warning: [] },
  output: { keepBytes: 1_048_576, encoding: 'auto' },
  alerts: [],
} satisfies JobSpec;

export function sampleJobDetail(): Response<typeof jobRoutes.get> {
  return { ...sampleJob(), spec: { ...fullSpec }, manifestHash: 'hash', createdAt: '2026-11-23T01:00:00.000Z' };
}

export function sampleCommand(
  change: Partial<Response<typeof jobRoutes.command>> = {},
): Response<typeof jobRoutes.command> {
  return {
    id: uuid,
    action: 'run',
    job: 'nightly',
    host: 'db-01',
    state: 'queued',
    code: null,
    message: null,
    runId: null,
    createdAt: '2026-11-23T02:00:00.000Z',
    expiresAt: '2099-11-23T02:05:00.000Z',
    ...change,
  };
}
