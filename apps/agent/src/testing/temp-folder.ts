import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AgentFolder, agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import { writeJson } from '../state/files.js';
import { signer } from './samples.js';

/** A folder of its own for one test, gone afterwards. */
export function makeTempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'carillon-agent-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** An agent's folder with the signer pinned; everything is in place but an identity. */
export function makeAgentFolder(): AgentFolder {
  const folder = agentFolderAt(makeTempFolder());
  prepareAgentFolder(folder);
  writeJson(folder.trust, { signerKeys: [signer.publicKey] });
  return folder;
}
