import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { entryOf, makeIndex, makeManifest, signer, signManifest } from '../testing/samples.js';
import { verifyIndex, verifyManifest } from './verify-desired.js';

const agentId = newId();
const facts = { agentId, lastRev: 5, signerKeys: [makeKeyPair().publicKey, signer.publicKey] };
const entries = [entryOf(makeManifest())];
const sign = (text: string, key = signer) => signText(key.privateKey, 'carillon/v1/index', text);

describe('an index', () => {
  it('of the centre for this host is believed, whichever pinned key signed it', () => {
    const text = makeIndex(agentId, 5, entries);
    expect(verifyIndex(text, sign(text), facts)).toMatchObject({ ok: true, index: { rev: 5, entries } });
  });

  it.each([
    ['signed by a stranger', makeIndex(agentId, 6, entries), makeKeyPair(), 'bad_signature'],
    ['for another host', makeIndex(newId(), 6, entries), signer, 'wrong_host'],
    ['older than the one that was applied', makeIndex(agentId, 4, entries), signer, 'rollback'],
    ['whose hash is not that of its entries', makeIndex(agentId, 6, entries, desiredHash([])), signer, 'bad_index'],
    ['that is none', canonicalJson({ kind: 'carillon/command/v1' }), signer, 'bad_index'],
  ])('%s is refused', (_what, text, key, code) => {
    expect(verifyIndex(text, sign(text, key), facts)).toMatchObject({ ok: false, code });
  });

  it('changed after signing is refused, as is a signature made for something else', () => {
    const text = makeIndex(agentId, 6, entries);
    expect(verifyIndex(text.replace('"rev":6', '"rev":7'), sign(text), facts)).toMatchObject({ code: 'bad_signature' });
    const wrongPurpose = signText(signer.privateKey, 'carillon/v1/manifest', text);
    expect(verifyIndex(text, wrongPurpose, facts)).toMatchObject({ code: 'bad_signature' });
    expect(verifyIndex(text, '', facts)).toMatchObject({ code: 'bad_signature' });
  });
});

describe('a definition', () => {
  const manifest = makeManifest({ version: 3 });
  const entry = entryOf(manifest);
  const trust = { registeredVersion: 2, signerKeys: [signer.publicKey] };

  it('that the index names and the centre signed is believed', () => {
    expect(verifyManifest(entry, signManifest(manifest), trust)).toMatchObject({ ok: true, manifest });
    expect(verifyManifest(entry, signManifest(manifest), { ...trust, registeredVersion: 3 }).ok).toBe(true);
  });

  it.each([
    ['that is missing', undefined, entry, 'missing_manifest'],
    ['with another text', signManifest({ ...manifest, name: 'evil' }), entry, 'bad_manifest'],
    ['signed by a stranger', signManifest(manifest, makeKeyPair()), entry, 'bad_signature'],
    ['of another job', signManifest(manifest), { ...entry, jobId: newId() }, 'bad_manifest'],
    ['of another version', signManifest(manifest), { ...entry, version: 4 }, 'bad_manifest'],
  ])('%s is refused', (_what, signed, named, code) => {
    expect(verifyManifest(named, signed, trust)).toMatchObject({ ok: false, code });
  });

  it('older than the one that is registered is refused', () => {
    expect(verifyManifest(entry, signManifest(manifest), { ...trust, registeredVersion: 4 })).toMatchObject({
      ok: false,
      code: 'rollback',
      registeredVersion: 4,
    });
  });
});
