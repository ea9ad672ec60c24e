import {
  type ApprovalRule,
  judgeApprovals,
  readApproval,
  type SignedApproval,
} from '@carillon/core/approval/signed-approval';
import type { Manifest } from '@carillon/core/job/job-spec';
import type { Refusal } from '@carillon/core/signing/refusal';
import { readJson, writeJson } from './files.js';

/** What is kept of approvals. */
interface Kept {
  readonly approvals: readonly SignedApproval[];
  /** By job: the newest definition that was registered with approvals. It stays when the job goes. */
  readonly accepted: Readonly<Record<string, { readonly version: number; readonly manifestHash: string }>>;
}

export interface ApprovalMemory {
  load(): Kept;
  store(kept: Kept): void;
}

const nothing: Kept = { approvals: [], accepted: {} };

export function fileApprovals(path: string): ApprovalMemory {
  return {
    load: () => ({ ...nothing, ...readJson<Partial<Kept>>(path) }),
    store: (kept) => writeJson(path, kept),
  };
}

/** In memory, for simulated hosts. */
export function memoryApprovals(): ApprovalMemory {
  let kept = nothing;
  return {
    load: () => kept,
    store: (next) => {
      kept = next;
    },
  };
}

interface ApprovalSide {
  /** Of the host's own policy; undefined: it asks for none. */
  readonly rule: ApprovalRule | undefined;
  /** As the centre knows this host; approvals name it. */
  readonly hostName: string | undefined;
}

/** Signatures of approvers, which no server can make, and whether they are enough for what is to be registered. */
export class ApprovalKeeper {
  private read: Kept | undefined;

  constructor(
    private readonly memory: ApprovalMemory,
    private readonly side: () => ApprovalSide,
  ) {}

  /** Does the host's own policy ask for approvals? */
  isAsked(): boolean {
    return this.side().rule !== undefined;
  }

  /**
   * Keeps what was told. What somebody signed stays signed, so that nothing is lost where the centre tells less than before.
   * @param wanted hashes of the definitions that matter here; approvals of others are let go
   */
  take(told: readonly SignedApproval[], wanted: ReadonlySet<string>): void {
    if (!this.isAsked()) return;
    const { approvals, accepted } = this.kept;
    const all = new Map(
      [...approvals, ...told].map(({ text, signature, key }) => [`${key} ${text}`, { text, signature, key }]),
    );
    const next = [...all.values()].filter(({ text }) => wanted.has(readApproval(text)?.manifestHash ?? ''));
    if (JSON.stringify(next) !== JSON.stringify(approvals)) this.keep({ approvals: next, accepted });
  }

  /** May this definition be registered here? */
  judge({ jobId, version, name }: Manifest, manifestHash: string): { readonly ok: true } | Refusal {
    const { rule, hostName } = this.side();
    if (!rule) return { ok: true };
    const { approvals, accepted } = this.kept;
    const facts = { jobId, version, name, manifestHash, hostName, accepted: accepted[jobId], nowMs: Date.now() };
    const own = approvals.filter(({ text }) => readApproval(text)?.jobId === jobId);
    return judgeApprovals(rule, facts, own);
  }

  /** A definition that was judged to be approved is registered: nothing below it is taken again. */
  registered({ jobId, version, manifestHash }: { jobId: string; version: number; manifestHash: string }): void {
    if (!this.isAsked()) return;
    const { kept } = this;
    const before = kept.accepted[jobId];
    if (before && before.version >= version) return;
    this.keep({ ...kept, accepted: { ...kept.accepted, [jobId]: { version, manifestHash } } });
  }

  private get kept(): Kept {
    this.read ??= this.memory.load();
    return this.read;
  }

  private keep(next: Kept): void {
    this.memory.store(next);
    this.read = next;
  }
}
