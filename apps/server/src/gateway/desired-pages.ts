import type { Body } from '@carillon/contract/agent/catalog';

type Page = Body<'desired.state'>;
type Manifest = Page['manifests'][number];
type Approval = NonNullable<Page['approvals']>[number];
interface Group {
  readonly manifests: Manifest[];
  readonly approvals: Approval[];
}

/** Of Ed25519, with the key and the names of the fields. */
const signatureBytes = 180;
const pageBytes = 200 * 1024;
/** Beside a very long index a page still carries something. */
const leastManifestBytes = 32 * 1024;

/**
 * Splits manifests and approvals over frames below the frame limit; every page repeats the index, so each can be checked
 * alone.
 */
export function desiredPages(
  index: { text: string; signature: string },
  manifests: readonly Manifest[],
  approvals: readonly Approval[] = [],
): Page[] {
  const budget = Math.max(leastManifestBytes, pageBytes - wireBytes(index.text));
  const groups: Group[] = [{ manifests: [], approvals: [] }];
  let used = 0;
  const roomFor = (text: string, more = 0): Group => {
    const size = wireBytes(text) + signatureBytes + more;
    if (used > 0 && used + size > budget) {
      groups.push({ manifests: [], approvals: [] });
      used = 0;
    }
    used += size;
    return groups.at(-1) as Group;
  };
  for (const manifest of manifests) roomFor(manifest.text).manifests.push(manifest);
  for (const approval of approvals)
    roomFor(approval.text, approval.signature.length + approval.key.length).approvals.push(approval);
  return groups.map((group, number) => ({
    index: index.text,
    indexSignature: index.signature,
    manifests: group.manifests,
    ...(group.approvals.length > 0 ? { approvals: group.approvals } : {}),
    page: number + 1,
    pages: groups.length,
  }));
}

/** Length of a text inside a JSON frame, where its own quotes are escaped. */
function wireBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
