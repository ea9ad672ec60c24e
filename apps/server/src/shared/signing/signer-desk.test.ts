import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawPublicKey } from '@carillon/core/desired/signing';
import { withNewKey, withRevoked } from '@carillon/core/signing/key-set';
import { expect, it, onTestFinished } from 'vitest';
import { keyPlaces, newKey, openKeys, readPrivateKey, replaceKeys, signKeySet } from './key-files.js';
import { SignerDesk } from './signer-desk.js';

/** A desk whose keys were exchanged once: one is retired, and may be revoked. */
function makeDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const places = keyPlaces(join(folder, 'signer.key'));
  const { keySet, publicKey: former, privateKey } = openKeys(places);
  const pem = newKey();
  const next = withNewKey(keySet, rawPublicKey(createPublicKey(createPrivateKey(pem))), 'retired', 1);
  replaceKeys(places, pem, signKeySet(places, next, [privateKey]));
  const revoke = () => {
    const revoked = withRevoked(openKeys(places).keySet, former, 2);
    if (!revoked) throw new Error('expected a retired key');
    return signKeySet(places, revoked, [readPrivateKey(places.signer)]);
  };
  return { desk: new SignerDesk(places), places, former, revoke };
}

it('says that a key file is broken, and takes a revocation beside it even so', () => {
  const { desk, places, former, revoke } = makeDesk();
  expect(desk.trust()).toMatchObject({ trouble: null, version: 2, hasRevoked: false });
  const whole = readFileSync(places.signer, 'utf8');
  const signed = revoke();
  writeFileSync(places.signer, 'no key');
  replaceKeys(places, null, signed);
  const { trouble, version, trusted, publicKey } = desk.trust();
  expect(trouble).toMatch(/signer\.key: expected a private key/);
  expect(version).toBe(3);
  expect(trusted).toEqual([publicKey]);
  expect(trusted).not.toContain(former);
  // It goes on to sign with the key that it has read.
  expect(desk.calls.auditEnd({ head: { seq: 1, hash: 'a'.repeat(64) }, atMs: 1 })).toHaveProperty('signature');
  writeFileSync(places.signer, whole);
  expect(desk.trust()).toMatchObject({ trouble: null, version: 3 });
});

it('says that the set of keys is gone, broken or older, and makes none', () => {
  const { desk, places, revoke } = makeDesk();
  const older = readFileSync(places.keys, 'utf8');
  replaceKeys(places, null, revoke());
  expect(desk.trust().version).toBe(3);
  rmSync(places.keys);
  expect(desk.trust()).toMatchObject({ trouble: expect.stringContaining('not there any more'), version: 3 });
  writeFileSync(places.keys, '{');
  expect(desk.trust()).toMatchObject({ trouble: expect.any(String), version: 3 });
  writeFileSync(places.keys, older);
  utimesSync(places.keys, 1, 1);
  expect(desk.trust()).toMatchObject({ trouble: expect.stringContaining('set 3'), version: 3, hasRevoked: true });
});
