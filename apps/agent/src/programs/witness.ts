import type { WitnessFile } from '@carillon/contract/agent/audit-messages';
import { agentFolderAt } from '../state/agent-folder.js';
import { keptBody, loadSeen } from '../state/audit-witness.js';
import { loadIdentity } from '../state/identity.js';
import { TrustKeeper } from '../state/trust.js';

/**
 * What this host keeps of the audit, read from its own files and from nowhere else: for whoever checks the audit without a word
 * of the server's.
 * @throws Error when the folder is not an agent's, or it has not joined
 */
export function witnessOf(data: string): WitnessFile {
  const folder = agentFolderAt(data);
  const identity = loadIdentity(folder);
  if (!identity?.name) throw new Error(`${folder.root}: expected an agent that joined a server`);
  const { keySet } = new TrustKeeper(folder, identity.signerKeys);
  return { kind: 'carillon/witness/v1', host: identity.name, ...keptBody(loadSeen(folder), keySet) };
}
