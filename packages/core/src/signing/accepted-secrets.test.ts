import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../desired/canonical-json.js';
import { makeKeyPair, signText } from '../desired/signing.js';
import type { Manifest } from '../job/job-spec.js';
import { makeSealKeys } from '../secrets/hpke.js';
import { sealKeyText } from '../secrets/secret-use.js';
import { AcceptedBook } from './accepted-book.js';
import { type AcceptedRecord, nextEntry } from './book-entry.js';

const keys = makeKeyPair();
const stranger = makeKeyPair();
const sealed = makeSealKeys().publicKey;
const manifestOf = (changes: object = {}) =>
  ({
    kind: 'carillon/job/v1',
    jobId: 'load',
    version: 1,
    name: 'etl-load',
    run: { kind: 'program', secrets: { environment: { T: 'Token' } } },
    runAs: 'system',
    ...changes,
  }) as unknown as Manifest;
const text = (manifest: Manifest) => canonicalJson(manifest as never);
const hashOf = (manifest: Manifest) => sha256Hex(text(manifest));
const host = (hostId: string, role = 'db'): AcceptedRecord => ({
  kind: 'host',
  hostId,
  name: hostId.toUpperCase(),
  labels: { role },
  publicKey: keys.publicKey,
});
const sealKey = (hostId: string, by = keys, key = sealed) => ({
  kind: 'seal-key' as const,
  hostId,
  key,
  signature: signText(by.privateKey, 'carillon/v1/seal-key', sealKeyText(hostId, key)),
});
const secret = (version: number, changes: object = {}): AcceptedRecord => ({
  kind: 'secret',
  purpose: 'secret',
  name: 'token',
  version,
  jobs: ['etl-*'],
  sealedHash: `hash ${version}`,
  ...changes,
});
const job = (manifest: Manifest): AcceptedRecord => ({
  kind: 'job',
  jobId: manifest.jobId,
  name: manifest.name,
  version: manifest.version,
  manifestHash: hashOf(manifest),
  specHash: '',
  targets: { labels: { role: 'db' } },
  needs: [],
});

function bookOf(...records: AcceptedRecord[]): AcceptedBook {
  const book = new AcceptedBook();
  book.add(nextEntry(book.head, { by: 'Ann', atMs: 0, records }).text);
  return book;
}

const use = (changes: object = {}, manifest = manifestOf()) => ({
  purpose: 'secret' as const,
  name: 'token',
  hostId: 'a',
  jobId: manifest.jobId,
  version: manifest.version,
  text: text(manifest),
  sealedHash: 'hash 2',
  ...changes,
});
const usual = [host('a'), host('b', 'web'), sealKey('a'), sealKey('b'), job(manifestOf()), secret(1), secret(2)];

const asked = { by: 'Ann', atMs: 0 };

describe('a value for a host', () => {
  it('is sealed to the key that the host told, in the version that was accepted', () => {
    expect(bookOf(...usual).judgeUse(use())).toEqual({ ok: true, key: sealed, valueVersion: 2 });
  });

  it.each<[string, object, AcceptedRecord[], string]>([
    ['a host that the job is not for', { hostId: 'b' }, [], 'other_target'],
    ['a host that never joined', { hostId: 'x' }, [], 'unknown_host'],
    ['the value before, put back in the database', { sealedHash: 'hash 1' }, [], 'other_secret'],
    ['another definition than was accepted', { text: text(manifestOf({ runAs: 'x' })) }, [], 'bad_manifest'],
    ['a text that is none', { text: '{' }, [], 'bad_manifest'],
    ['a version that nobody accepted', { version: 2 }, [], 'unknown_job'],
    ['a secret that nobody handed over', { name: 'other' }, [], 'unknown_secret'],
    ['a secret that was taken away', {}, [{ kind: 'secret-gone', purpose: 'secret', name: 'token' }], 'unknown_secret'],
    ['a job that it is not for', {}, [secret(2, { jobs: ['nightly'] })], 'not_for_job'],
    ['a job that is gone', {}, [{ kind: 'job-gone', jobId: 'load' }], 'unknown_job'],
    [
      'a host that joined anew and told no key',
      {},
      [{ ...host('a'), publicKey: stranger.publicKey } as AcceptedRecord],
      'no_seal_key',
    ],
  ])('is not given to %s', (_what, changes, more, code) => {
    expect(bookOf(...usual, ...more).judgeUse(use(changes))).toMatchObject({ ok: false, code });
  });

  it('of a job that does not name it is refused as such', () => {
    const other = manifestOf({ version: 2, run: { kind: 'program', secrets: { stdin: 'other' } } });
    expect(bookOf(...usual, job(other)).judgeUse(use({}, other))).toMatchObject({ code: 'not_for_job' });
  });
});

describe('the key of a host', () => {
  it('is taken from the host alone', () => {
    const forged = sealKey('a', stranger, makeSealKeys().publicKey);
    const book = bookOf(...usual);
    expect(book.judgeRecord(forged, asked)).toMatchObject({ ok: false, code: 'bad_signature' });
    expect(book.judgeRecord(sealKey('a'), asked)).toEqual({ ok: true });
    expect(book.judgeRecord({ ...sealKey('a'), hostId: 'b' }, asked)).toMatchObject({ code: 'bad_signature' });
    // Nor where somebody wrote it into an entry that begins a book.
    expect(bookOf(...usual, forged).judgeUse(use())).toMatchObject({ key: sealed });
  });
});

describe('a new value', () => {
  const book = () => bookOf(...usual);
  it.each<[string, AcceptedRecord, string | null]>([
    ['above the last', secret(3), null],
    ['with other jobs alone', secret(2, { jobs: [] }), null],
    ['of the same version, and another', secret(2, { sealedHash: 'x' }), 'rollback'],
    ['below the last', secret(1), 'rollback'],
    ['of another secret', secret(1, { name: 'new' }), null],
  ])('%s', (_what, record, code) => {
    expect(book().judgeRecord(record, asked)).toMatchObject(code === null ? { ok: true } : { ok: false, code });
  });

  it('of a secret that was taken away begins above what there was', () => {
    const gone = bookOf(...usual, { kind: 'secret-gone', purpose: 'secret', name: 'token' });
    expect(gone.judgeRecord(secret(2), asked)).toMatchObject({ code: 'rollback' });
    expect(gone.judgeRecord(secret(3), asked)).toEqual({ ok: true });
  });
});
