import { keepEnd, type SignedEnd } from '@carillon/core/audit/witness';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

/** Keeps the newest end of the server's audit that this host was told, where whoever writes the server's database does not reach. */
export class AuditWitness {
  private kept: SignedEnd | null;

  constructor(
    private readonly folder: Pick<AgentFolder, 'auditEnd'>,
    private readonly keys: () => readonly string[],
  ) {
    this.kept = readJson<SignedEnd>(folder.auditEnd) ?? null;
  }

  /** Takes what the server says. @returns what was known before, for the server to find in its chain; null: nothing */
  take(offered: SignedEnd): SignedEnd | null {
    const before = this.kept;
    const { text, signature } = offered;
    const kept = keepEnd(before, { text, signature }, this.keys());
    if (kept !== null && kept !== before) {
      writeJson(this.folder.auditEnd, kept);
      this.kept = kept;
    }
    return before;
  }
}
