import { withDays } from '../calendar/named-days.js';
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
  /** What it would do, of an `apply`. */
  readonly plan: ShownPlan | null;
}

/** The answer of an `apply` that only looks, as far as approvals go by it. */
export interface ShownPlan {
  /** Of each document, in their order. */
  readonly results: readonly ShownResult[];
  /** Jobs that follow a calendar among the documents. */
  readonly followed?: readonly ShownResult[] | undefined;
  readonly plan?:
    | { readonly calendars?: readonly { readonly name: string; readonly days: readonly string[] }[] | undefined }
    | undefined;
}

interface ShownResult {
  readonly plan?: { readonly hosts?: readonly string[] | undefined; readonly document?: unknown } | undefined;
}

/**
 * What approvers sign of a request: each job that it would write, as its document and the calendars say it, for the hosts that were shown.
 * @returns also names of jobs on too many hosts for one approval
 */
export function approvalsOfRequest(shown: ShownRequest): {
  readonly approvals: readonly Omit<Approval, 'kind'>[];
  readonly tooMany: readonly string[];
} {
  const tooMany: string[] = [];
  const calendars = new Map((shown.plan?.plan?.calendars ?? []).map(({ name, days }) => [name.toLowerCase(), days]));
  const approvals = documentsOf(shown).flatMap(({ raw, hosts }) => {
    const read = readDocument(raw);
    if (!read.ok || read.value.kind !== 'Job') return [];
    const spec = withDays(read.value.spec, calendars);
    const written = shown.jobs.find(({ name }) => name === spec.name);
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

/** What was asked for, and what follows from it, each with its hosts. */
function documentsOf({ act, body, plan }: ShownRequest): { raw: unknown; hosts: readonly string[] }[] {
  if (act !== 'apply') return [];
  const { documents } = (body.body ?? {}) as { documents?: unknown };
  const asked = Array.isArray(documents) ? documents : [];
  return [
    ...asked.map((raw, index) => ({ raw, hosts: plan?.results[index]?.plan?.hosts ?? [] })),
    ...(plan?.followed ?? []).map((result) => ({ raw: result.plan?.document, hosts: result.plan?.hosts ?? [] })),
  ];
}
