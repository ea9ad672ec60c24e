import type { Body } from '@carillon/contract/agent/catalog';

type Page = Body<'desired.state'>;
type Manifest = Page['manifests'][number];

const signatureBytes = 120;
const pageBytes = 200 * 1024;
/** Beside a very long index a page still carries something. */
const leastManifestBytes = 32 * 1024;

/** Splits the manifests over frames below the frame limit; every page repeats the index, so each can be checked alone. */
export function desiredPages(index: { text: string; signature: string }, manifests: readonly Manifest[]): Page[] {
  const budget = Math.max(leastManifestBytes, pageBytes - wireBytes(index.text));
  const groups: Manifest[][] = [[]];
  let used = 0;
  for (const manifest of manifests) {
    const size = wireBytes(manifest.text) + signatureBytes;
    if (used > 0 && used + size > budget) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)?.push(manifest);
    used += size;
  }
  return groups.map((group, number) => ({
    index: index.text,
    indexSignature: index.signature,
    manifests: group,
    page: number + 1,
    pages: groups.length,
  }));
}

/** Length of a text inside a JSON frame, where its own quotes are escaped. */
function wireBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
