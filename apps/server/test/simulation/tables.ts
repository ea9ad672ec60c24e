import type { DesiredEntry } from '@carillon/core/desired/desired-state';
import { desiredHash } from '@carillon/core/desired/desired-state';
import type { CommandState, HostState } from '@carillon/core/state/states';
import type { SignedManifest } from '@carillon/server/store/delivery.store';
import type { RunRow } from '@carillon/server/store/fold-runs';

/** The rows that the protocol reads and writes, as the tables of Postgres hold them. */
export interface HostRow {
  readonly id: string;
  readonly name: string;
  state: HostState;
  readonly publicKey: string;
  fingerprint: string;
  desiredRev: number;
  desiredHash: string;
  observedHash: string | null;
}

export interface SessionRow {
  readonly hostId: string;
  fence: number;
  epoch: number;
  ackedSeq: number;
  gatewayId: string | null;
  lastSeenMs: number | null;
  instance: string | null;
}

export interface CommandRow {
  readonly id: string;
  readonly hostId: string;
  readonly jobId: string;
  readonly action: 'run' | 'stop';
  runId: string | null;
  readonly text: string;
  readonly signature: string;
  readonly expiresMs: number;
  state: CommandState;
  code: string | null;
}

export interface AssignmentRow {
  readonly hostId: string;
  readonly jobId: string;
  version: number;
  manifestHash: string;
  state: 'desired' | 'delivered' | 'applied' | 'failed' | 'rejected' | 'drifted' | 'removing';
  code: string | null;
}

export class Tables {
  readonly hosts = new Map<string, HostRow>();
  readonly sessions = new Map<string, SessionRow>();
  /** State of an agent process by host and instance. */
  readonly instances = new Map<string, 'current' | 'replaced' | 'quarantined'>();
  /** Event id by host, epoch and number. */
  readonly eventKeys = new Map<string, string>();
  readonly runs = new Map<string, RunRow>();
  readonly commands = new Map<string, CommandRow>();
  /** By host, then job. */
  readonly assignments = new Map<string, Map<string, AssignmentRow>>();
  readonly manifests = new Map<string, SignedManifest>();
  /** Runs that a host said it had to give up. */
  readonly losses = new Set<string>();

  addHost(host: Pick<HostRow, 'id' | 'name' | 'publicKey' | 'fingerprint'>): void {
    this.hosts.set(host.id, {
      ...host,
      state: 'active',
      desiredRev: 0,
      desiredHash: desiredHash([]),
      observedHash: null,
    });
    this.sessions.set(host.id, {
      hostId: host.id,
      fence: 0,
      epoch: 1,
      ackedSeq: 0,
      gatewayId: null,
      lastSeenMs: null,
      instance: null,
    });
    this.assignments.set(host.id, new Map());
  }

  entriesOf(hostId: string): DesiredEntry[] {
    return [...(this.assignments.get(hostId)?.values() ?? [])]
      .filter(({ state }) => state !== 'removing')
      .map(({ jobId, version, manifestHash }) => ({ jobId, version, manifestHash }))
      .sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
  }

  /** A job is wanted on a host, or another version of it is, or not any more (`entry` null). */
  assign(hostId: string, jobId: string, entry: DesiredEntry | null): void {
    const rows = this.assignments.get(hostId);
    const host = this.hosts.get(hostId);
    if (!rows || !host) return;
    const row = rows.get(jobId);
    if (entry) rows.set(jobId, { hostId, ...entry, state: 'desired', code: null });
    else if (row) row.state = 'removing';
    host.desiredRev += 1;
    host.desiredHash = desiredHash(this.entriesOf(hostId));
  }
}
