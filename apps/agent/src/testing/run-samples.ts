import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { type KeyPair, makeKeyPair, signText } from '@carillon/core/desired/signing';
import { asJson, type Manifest } from '@carillon/core/job/job-spec';
import { newId } from '../lib/new-id.js';
import { type AgentFolder, agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import type { SignedManifest } from '../state/desired-cache.js';
import type { UnnumberedEvent } from '../state/event-log.js';
import { writeJson } from '../state/files.js';

/** Stands for the centre's signing key. */
export const signer: KeyPair = makeKeyPair();

/** An agent's folder that is thrown away by `remove`, with the signer pinned. */
export function temporaryAgentFolder(): AgentFolder & { remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'carillon-agent-'));
  const folder = agentFolderAt(root);
  prepareAgentFolder(folder);
  writeJson(folder.trust, { signerKeys: [signer.publicKey] });
  return { ...folder, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A definition; what is not told is a program that does nothing. */
export function sampleManifest(change: Partial<Manifest> = {}): Manifest {
  return {
    kind: 'carillon/job/v1',
    jobId: newId(),
    version: 1,
    name: 'sample',
    description: '',
    schedule: [{ kind: 'cron', expression: '0 2 * * *' }],
    run: { kind: 'program', program: process.execPath, arguments: ['-e', ''], workingDirectory: null, environment: {} },
    runAs: 'system',
    onOverlap: 'skip',
    onMissed: 'skip',
    timeoutMs: null,
    exitCodes: { success: [{ from: 0, to: 0 }], warning: [] },
    output: { keepBytes: 1024 * 1024, encoding: 'auto' },
    enabled: true,
    ...change,
  };
}

/** The definition as the centre sends it. */
export function signManifest(manifest: Manifest, key: KeyPair = signer): SignedManifest {
  const text = canonicalJson(asJson(manifest));
  return { text, signature: signText(key.privateKey, 'carillon/v1/manifest', text) };
}

/** A run that began. */
export function startedEvent(runId = newId()): UnnumberedEvent {
  const at = new Date().toISOString();
  return {
    eventId: newId(),
    at,
    data: {
      kind: 'run.started',
      runId,
      jobId: newId(),
      version: 1,
      trigger: 'schedule',
      scheduledFor: at,
      startedAt: at,
      commandId: null,
    },
  };
}
