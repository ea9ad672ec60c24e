import { randomUUID } from 'node:crypto';
import type { Body } from '@carillon/contract/agent/catalog';
import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';
import { type DesiredEntry, desiredHash } from '@carillon/core/desired/desired-state';
import { type KeyPair, makeKeyPair, signText } from '@carillon/core/desired/signing';
import { asJson, type Manifest, type RunSpec } from '@carillon/core/job/job-spec';
import { newId } from '../lib/new-id.js';
import type { HelloState } from '../link/handshake.js';
import type { RunningFile } from '../runner/running-file.js';
import type { SignedManifest } from '../state/desired-cache.js';
import type { UnnumberedEvent } from '../state/event-log.js';

/** The centre's key in tests. */
export const signer: KeyPair = makeKeyPair();

/** A `run.started` event that no other test has. */
export function makeEvent(changes: Partial<UnnumberedEvent['data']> = {}): UnnumberedEvent {
  const at = '2026-11-23T08:00:00.000Z';
  const data = {
    kind: 'run.started' as const,
    runId: newId(),
    jobId: newId(),
    version: 1,
    trigger: 'schedule' as const,
    scheduledFor: at,
    startedAt: at,
    commandId: null,
    ...changes,
  };
  return { eventId: newId(), at, data: data as UnnumberedEvent['data'] };
}

/** What a running file says of the run that an event began. */
export function identityOf({ data }: UnnumberedEvent): RunningFile['identity'] {
  if (!('startedAt' in data)) throw new TypeError('expected an event of a run');
  const { runId, jobId, version, trigger, scheduledFor, startedAt, commandId } = data;
  return { runId, jobId, version, trigger, scheduledFor, startedAt, commandId };
}

/** Several events, each with ids of its own. */
export function makeEvents(count: number): UnnumberedEvent[] {
  return Array.from({ length: count }, () => makeEvent());
}

/** A job that node runs, started by hand or at boot unless the test says otherwise. */
export function makeManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    kind: 'carillon/job/v1',
    jobId: newId(),
    version: 1,
    name: 'sample',
    description: '',
    schedule: [{ kind: 'startup' }],
    run: nodeProgram(''),
    runAs: 'system',
    onOverlap: 'skip',
    onMissed: 'skip',
    onDrift: 'repair',
    timeoutMs: null,
    retry: null,
    exitCodes: { success: [{ from: 0, to: 0 }], warning: [] },
    output: { keepBytes: 1024 * 1024, encoding: 'auto' },
    enabled: true,
    ...changes,
  };
}

/** What a job does: a script for the node that runs the tests. */
export function nodeProgram(script: string, changes: Partial<RunSpec> = {}): RunSpec {
  return {
    kind: 'program',
    program: process.execPath,
    arguments: ['-e', script],
    workingDirectory: null,
    environment: {},
    ...changes,
  } as RunSpec;
}

/** A definition as the centre sends it. */
export function signManifest(manifest: Manifest, key: KeyPair = signer): SignedManifest {
  const text = canonicalJson(asJson(manifest));
  return { text, signature: signText(key.privateKey, 'carillon/v1/manifest', text) };
}

/** The line of an index that stands for a definition. */
export function entryOf(manifest: Manifest): DesiredEntry {
  const { jobId, version } = manifest;
  return { jobId, version, manifestHash: sha256Hex(signManifest(manifest).text) };
}

/** What a host says of itself. */
export function hostFacts(): Body<'hello'>['facts'] {
  return {
    hostname: 'sample-host',
    os: 'Sample 1.0',
    timezone: 'UTC',
    agentVersion: '0.1.0',
    scheduler: 'memory',
    capabilities: ['run', 'stop'],
    fingerprint: sha256Hex('sample'),
  };
}

/** The hello of a host that has nothing and has nothing to tell. */
export function emptyState(): HelloState {
  const desired = { rev: 0, hash: desiredHash([]) };
  return { facts: hostFacts(), desired, spool: { epoch: 1, first: 1, next: 1 }, kept: 1, instance: randomUUID() };
}

/** Text of an index; its hash fits unless the test gives another. */
export function makeIndex(
  hostId: string,
  rev: number,
  entries: readonly DesiredEntry[],
  hash = desiredHash(entries),
): string {
  const issuedAt = '2026-11-23T08:00:00.000Z';
  return canonicalJson({ kind: 'carillon/index/v1', hostId, rev, hash, entries: entries as unknown as Json, issuedAt });
}

/** A host's desired state in one page. */
export function makeDesiredState(
  hostId: string,
  rev: number,
  manifests: readonly Manifest[],
  index = makeIndex(hostId, rev, manifests.map(entryOf)),
): Body<'desired.state'> {
  return {
    index,
    indexSignature: signText(signer.privateKey, 'carillon/v1/index', index),
    manifests: manifests.map((manifest) => signManifest(manifest)),
    page: 1,
    pages: 1,
  };
}
