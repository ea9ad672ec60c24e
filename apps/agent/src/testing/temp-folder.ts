import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AgentFolder, agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';

/** A folder of its own for one test, gone afterwards. */
export function makeTempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'carillon-agent-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** An agent's folder with everything in place but an identity. */
export function makeAgentFolder(): AgentFolder {
  const folder = agentFolderAt(makeTempFolder());
  prepareAgentFolder(folder);
  return folder;
}
