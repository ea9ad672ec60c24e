import type { ApplyResult, Assignment, CommandSummary, HostDetail, HostSummary, RunDetail } from '../lib/shapes.js';

const instant = '2026-03-01T02:00:00.000Z';
const uuid = (tail: string) => `00000000-0000-4000-8000-${tail.padStart(12, '0')}`;

/** Id of the n-th sample. */
export function sampleId(n: number): string {
  return uuid(n.toString(16));
}

export function sampleRun(changes: Partial<RunDetail> = {}): RunDetail {
  const stream = { bytes: 0, stored: 0, received: 0, sha256: null };
  return {
    id: sampleId(1),
    job: 'DailyBackup',
    jobVersion: 1,
    host: 'web-01',
    state: 'succeeded',
    reason: null,
    trigger: 'schedule',
    scheduledFor: instant,
    startedAt: instant,
    finishedAt: '2026-03-01T02:00:01.500Z',
    durationMs: 1_500,
    exitCode: 0,
    jobId: sampleId(100),
    hostId: sampleId(200),
    exit: null,
    attempts: 1,
    receivedAt: instant,
    output: { encoding: 'utf-8', stdout: stream, stderr: stream },
    ...changes,
  };
}

export function sampleJob(name: string) {
  return {
    id: sampleId(100),
    name,
    version: 1,
    description: '',
    owner: '',
    enabled: true,
    schedule: '0 2 * * *',
    assignments: { total: 1, applied: 1, pending: 0, failed: 0 },
    lastRun: null,
    updatedAt: instant,
  };
}

export function sampleSpec(name: string) {
  return {
    name,
    description: '',
    owner: '',
    targets: { groups: ['server-group-prod'] },
    schedule: [{ kind: 'cron', expression: '0 2 * * *' }],
    run: { kind: 'program', program: 'C:\\Scripts\\backup.bat' },
    runAs: 'system',
    enabled: true,
  };
}

export function sampleHost(name: string, changes: Partial<HostSummary> = {}): HostSummary {
  return {
    id: sampleId(200),
    name,
    state: 'active',
    presence: 'online',
    labels: { site: 'local' },
    os: 'Windows Server 2022',
    timezone: 'Asia/Shanghai',
    agentVersion: '0.1.0',
    scheduler: 'schtasks',
    lastSeenAt: instant,
    assignments: { total: 1, applied: 1, pending: 0, failed: 0 },
    inSync: true,
    concerns: [],
    ...changes,
  };
}

export function sampleHostDetail(name: string): HostDetail {
  return {
    ...sampleHost(name),
    enrolledAt: instant,
    desired: { rev: 1, hash: 'a' },
    observedHash: 'a',
    spool: { epoch: 1, ackedSeq: 4, waiting: 0 },
    disk: { spoolBytes: 1_048_576, freeBytes: 21_474_836_480 },
    clockAheadMs: 120,
    keyId: 'k',
  };
}

export function sampleAssignment(changes: Partial<Assignment> = {}): Assignment {
  return {
    job: 'DailyBackup',
    jobId: sampleId(100),
    host: 'web-01',
    hostId: sampleId(200),
    version: 1,
    appliedVersion: 1,
    state: 'applied',
    code: null,
    message: null,
    updatedAt: instant,
    presence: 'online',
    ...changes,
  };
}

export function sampleCommand(changes: Partial<CommandSummary> = {}): CommandSummary {
  return {
    id: sampleId(300),
    action: 'run',
    job: 'DailyBackup',
    host: 'web-01',
    state: 'queued',
    code: null,
    message: null,
    runId: null,
    createdAt: instant,
    expiresAt: '2026-03-01T02:05:00.000Z',
    ...changes,
  };
}

export function sampleToken() {
  return {
    id: sampleId(400),
    createdAt: instant,
    expiresAt: '2026-03-02T02:00:00.000Z',
    uses: 1,
    used: 0,
    labels: {},
    revoked: false,
    addresses: [],
    hostNames: null,
    needsApproval: false,
    author: '',
  };
}

/** What a server that creates everything answers to `apply`. */
export function createdResults(documents: readonly unknown[]): ApplyResult[] {
  return (documents as { kind: ApplyResult['kind']; name: string }[]).map(({ kind, name }) => ({
    kind,
    name,
    change: 'created',
    version: kind === 'Job' ? 1 : null,
    hosts: kind === 'Job' ? 1 : null,
  }));
}
