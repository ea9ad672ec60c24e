import { canonicalJson, sha256Hex } from '../desired/canonical-json.js';
import { readDocument } from '../document/read-document.js';
import { asJson, makeManifest } from '../job/job-spec.js';
import { type Approval, mostApprovedHosts } from './signed-approval.js';

/** What a change request shows to whoever looks at it. */
export interface ShownRequest {
  readonly act: string;
  /** What was asked for; of an `apply` its documents. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly author: string;
  /** Versions that it would write. */
  readonly jobs: readonly { readonly name: string; readonly jobId: string; readonly version: number }[];
  /** Hosts of each document, in their order. */
  readonly hosts: readonly (readonly string[])[];
}

/**
 * What approvers sign of a request: each job that it would write, as its document says it, for the hosts that were shown.
 * @returns also names of jobs on too many hosts for one approval
 */
export function approvalsOfRequest(shown: ShownRequest): {
  readonly approvals: readonly Omit<Approval, 'kind'>[];
  readonly tooMany: readonly string[];
} {
  const tooMany: string[] = [];
  const approvals = documentsOf(shown).flatMap((raw, index) => {
    const read = readDocument(raw);
    if (!read.ok || read.value.kind !== 'Job') return [];
    const { spec } = read.value;
    const written = shown.jobs.find(({ name }) => name === spec.name);
    const hosts = shown.hosts[index] ?? [];
    if (!written) return [];
    const { jobId, version, name } = written;
    if (hosts.length >= mostApprovedHosts) {
      tooMany.push(name);
      return [];
    }
    const manifestHash = sha256Hex(canonicalJson(asJson(makeManifest(jobId, version, spec))));
    return [{ jobId, name, version, manifestHash, author: shown.author, hosts }];
  });
  return { approvals, tooMany };
}

function documentsOf({ act, body }: ShownRequest): readonly unknown[] {
  const asked = (act === 'apply' ? body.body : undefined) as { documents?: unknown } | undefined;
  return Array.isArray(asked?.documents) ? asked.documents : [];
}
