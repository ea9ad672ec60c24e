import type { Body } from '@carillon/contract/agent/catalog';
import { keepSeen, readEndText, type SeenEnd, type SignedEnd } from '@carillon/core/audit/witness';
import type { SignedKeySet } from '@carillon/core/signing/key-set';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

/** As it is on disk: the newest end where agents before this one look for it, and all that are kept. */
interface EndFile extends SignedEnd {
  /** Absent where an agent before this one wrote it. */
  readonly seen?: readonly SeenEnd[];
}

/** Keeps ends of the server's audit that this host was told, where whoever writes the server's database does not reach. */
export class AuditWitness {
  private seen: readonly SeenEnd[];

  constructor(
    private readonly folder: Pick<AgentFolder, 'auditEnd'>,
    private readonly keys: () => readonly string[],
    private readonly now: () => number = Date.now,
  ) {
    this.seen = loadSeen(folder);
  }

  /** Takes what the server says. @returns what was known before, for the server to find in its chain; null: nothing */
  take(offered: SignedEnd): SignedEnd | null {
    const before = this.seen;
    const seen = keepSeen(before, offered, this.keys(), this.now());
    if (seen !== before) {
      const { text, signature } = seen.at(-1) as SeenEnd;
      writeJson(this.folder.auditEnd, { text, signature, seen } satisfies EndFile);
      this.seen = seen;
    }
    const newest = before.at(-1);
    return newest ? endOf(newest) : null;
  }

  /** All that is kept. @param keySet that this host obeys */
  kept(keySet: SignedKeySet | null): Body<'audit.kept'> {
    return keptBody(this.seen, keySet);
  }
}

/** What a witness says when it is asked, oldest end first. */
export function keptBody(seen: readonly SeenEnd[], keySet: SignedKeySet | null): Body<'audit.kept'> {
  const keys = keySet && { ...keySet, vouchers: [...keySet.vouchers] };
  return { ends: seen.map(endOf), ...(keys ? { keys } : {}) };
}

/** What the file holds; nothing where there is none. */
export function loadSeen(folder: Pick<AgentFolder, 'auditEnd'>): readonly SeenEnd[] {
  const file = readJson<EndFile>(folder.auditEnd);
  if (!file) return [];
  return file.seen ?? [{ ...endOf(file), seenAtMs: readEndText(file.text)?.atMs ?? 0 }];
}

function endOf({ text, signature }: SignedEnd): SignedEnd {
  return { text, signature };
}
