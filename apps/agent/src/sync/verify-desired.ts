import { type HostIndex, hostIndex } from '@carillon/contract/agent/desired-messages';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { type DesiredEntry, desiredHash } from '@carillon/core/desired/desired-state';
import type { HostPause } from '@carillon/core/desired/pause';
import type { Manifest } from '@carillon/core/job/job-spec';
import { judgeExpiry, judgeSignature, type Trust } from '@carillon/core/signing/verify';
import type { SigningRefusalText } from '@carillon/core/text/signature-texts';
import type { SignedManifest } from '../state/desired-cache.js';

export type IndexVerdict =
  | { readonly ok: true; readonly index: HostIndex }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** May this index steer this host? Nothing of it is believed before its signature is. */
export function verifyIndex(
  text: string,
  signature: string,
  /** `serverNowMs`: by the server's clock, since the host's may be wrong; absent where nobody knows it. */
  facts: Trust & { agentId: string; lastRev: number; serverNowMs?: number | undefined },
): IndexVerdict {
  const no = (code: string, message: SigningRefusalText): IndexVerdict => ({
    ok: false,
    code,
    message,
  });
  const signed = judgeSignature({ context: 'carillon/v1/index', text, signature }, facts, 'index', signerOf(text));
  if (!signed.ok) return signed;
  const parsed = hostIndex.safeParse(JSON.parse(text));
  if (!parsed.success)
    return no('bad_index', `index.${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
  const index = parsed.data;
  if (index.hostId !== facts.agentId) return no('wrong_host', `index: made for host ${index.hostId}`);
  if (index.rev < facts.lastRev)
    return no('rollback', `index: revision ${index.rev} is older than ${facts.lastRev}, which was applied`);
  if (facts.serverNowMs !== undefined) {
    const fresh = judgeExpiry('index', index.notAfter ?? null, facts.serverNowMs);
    if (!fresh.ok) return fresh;
  }
  if (desiredHash(index.entries, pauseOf(index)) !== index.hash)
    return no('bad_index', 'index: its hash does not match its entries');
  return { ok: true, index };
}

/** The key that a signed text says it is signed with, to tell a strange key from a changed text; nothing is believed of it. */
export function signerOf(text: string): string | undefined {
  return /"signedBy":"([A-Za-z0-9_-]{43})"/.exec(text)?.[1];
}

/** The pause that an index says, if any. */
export function pauseOf({ pause }: Pick<HostIndex, 'pause'>): HostPause | undefined {
  if (!pause) return undefined;
  const { from, until, ...rest } = pause;
  return { ...rest, fromMs: Date.parse(from), untilMs: Date.parse(until) };
}

export type ManifestVerdict =
  | { readonly ok: true; readonly manifest: Manifest; readonly signed: SignedManifest }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      /** Of a rollback. */
      readonly registeredVersion?: number;
    };

/** May this definition be registered? The index says which text; the signature says that the centre wrote it. */
export function verifyManifest(
  entry: DesiredEntry,
  signed: SignedManifest | undefined,
  facts: Trust & { registeredVersion: number },
): ManifestVerdict {
  const no = (code: string, message: SigningRefusalText) => ({ ok: false, code, message }) as const;
  if (!signed) return no('missing_manifest', `no definition with hash ${entry.manifestHash}`);
  if (sha256Hex(signed.text) !== entry.manifestHash)
    return no('bad_manifest', 'the definition does not match the hash in the index');
  const judged = judgeSignature({ context: 'carillon/v1/manifest', ...signed }, facts, 'the definition');
  if (!judged.ok) return judged;
  const manifest = JSON.parse(signed.text) as Manifest;
  if (manifest.jobId !== entry.jobId || manifest.version !== entry.version)
    return no('bad_manifest', 'the definition is of another job or version than the index says');
  if (entry.version < facts.registeredVersion)
    return {
      ...no('rollback', `version ${entry.version} is older than ${facts.registeredVersion}, which is registered`),
      registeredVersion: facts.registeredVersion,
    };
  return { ok: true, manifest, signed };
}
