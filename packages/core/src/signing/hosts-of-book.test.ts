import { describe, expect, it } from 'vitest';
import { makeKeyPair, signText } from '../desired/signing.js';
import { rotationText } from '../host/key-rotation.js';
import { AcceptedBook } from './accepted-book.js';
import { type AcceptedRecord, nextEntry } from './book-entry.js';

const nowMs = Date.parse('2026-12-05T10:00:00Z');
const [first, second, stranger] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];

function bookOf(...records: AcceptedRecord[]): AcceptedBook {
  const book = new AcceptedBook();
  const { text } = nextEntry(book.head, { by: 'Ann', atMs: nowMs, records });
  expect(book.add(text)).toEqual({ ok: true });
  return book;
}

const token = {
  kind: 'token',
  hash: 't',
  labels: { role: 'web' },
  uses: 1,
  expiresMs: nowMs + 1_000,
  needsApproval: false,
} as const;
const host = (changes: object = {}) =>
  ({
    ...{ kind: 'host', hostId: 'a', name: 'A', labels: { role: 'web' }, publicKey: first.publicKey },
    ...changes,
  }) as AcceptedRecord;
const joins = (changes: object = {}) => host({ token: 't', ...changes });
const codeOf = (book: AcceptedBook, record: AcceptedRecord, atMs = nowMs) => {
  const verdict = book.judgeRecord(record, { by: 'Ann', atMs });
  return verdict.ok ? null : verdict.code;
};

describe('a host comes into the book', () => {
  it('with a token that somebody made, as often as that is good for', () => {
    expect(codeOf(bookOf(token), joins())).toBeNull();
    const used = bookOf(token, joins());
    expect(codeOf(used, joins({ hostId: 'b' }))).toBe('unknown_token');
  });

  it.each<[string, AcceptedRecord[], AcceptedRecord, number]>([
    ['a token that only a row knows', [], joins(), nowMs],
    ['a token that was revoked', [token, { kind: 'token-gone', hash: 't' }], joins(), nowMs],
    ['a token that is over', [token], joins(), nowMs + 1_000],
    ['labels that the token does not give', [token], joins({ labels: { role: 'db' } }), nowMs],
    ['a token that lets nobody in unseen', [{ ...token, needsApproval: true }], joins(), nowMs],
    ['nothing at all', [token], host(), nowMs],
  ])('not with %s', (_name, records, record, atMs) => {
    expect(codeOf(bookOf(...records), record, atMs)).toBe('unknown_token');
  });

  it('because somebody let it in, and once', () => {
    expect(codeOf(bookOf(), host({ approvedBy: 'Ann' }))).toBeNull();
    expect(codeOf(bookOf(host()), host({ approvedBy: 'Ann', publicKey: stranger.publicKey }))).toBe('unknown_host');
    const gone = bookOf(host(), { kind: 'host-gone', hostId: 'a' });
    expect(codeOf(gone, host({ approvedBy: 'Ann' }))).toBe('unknown_host');
  });
});

describe('a host that goes', () => {
  const index = { hostId: 'a', rev: 1, entries: [], capabilities: [] };
  const order = { hostId: 'a', jobId: 'j', action: 'stop' };

  it.each<[string, AcceptedRecord]>([
    ['was told to go', { kind: 'host-leaving', hostId: 'a' }],
    ['is gone', { kind: 'host-gone', hostId: 'a' }],
  ])('%s: nothing but its leave is signed for it', (_name, record) => {
    const there = bookOf(host());
    expect(there.judgeIndex(index, nowMs)).toEqual({ ok: true });
    expect(there.judgeLeave('a')).toMatchObject({ code: 'unknown_host' });
    const book = bookOf(host(), record);
    expect(book.judgeIndex(index, nowMs)).toMatchObject({ code: 'unknown_host' });
    expect(book.judgeOrder(order)).toMatchObject({ code: 'unknown_host' });
    expect(book.judgeLeave('a')).toEqual({ ok: true });
  });

  it('is no stranger: nobody can make one go that was never there', () => {
    expect(bookOf().judgeLeave('x')).toMatchObject({ ok: false });
  });
});

describe('the key of a host', () => {
  const change = { hostId: 'a', publicKey: first.publicKey, next: second.publicKey };
  const by = ({ privateKey }: typeof first) => signText(privateKey, 'carillon/v1/host-key', rotationText(change));
  const rotation = { kind: 'host-key', ...change, byOld: by(first), byNew: by(second) } as const;

  it('is another one when the one before says so', () => {
    expect(codeOf(bookOf(host()), rotation)).toBeNull();
    const index = { hostId: 'a', rev: 1, entries: [], capabilities: [] };
    const book = bookOf(host(), rotation);
    expect(book.judgeIndex({ ...index, publicKey: second.publicKey }, nowMs)).toEqual({ ok: true });
    expect(book.judgeIndex({ ...index, publicKey: first.publicKey }, nowMs)).toMatchObject({ code: 'other_key' });
  });

  it.each<[string, object]>([
    ['a stranger says so', { byOld: by(stranger) }],
    ['the new one does not say so', { byNew: by(first) }],
    ['it is said of a key that it no longer has', { publicKey: stranger.publicKey }],
  ])('is not when %s', (_name, changes) => {
    expect(codeOf(bookOf(host()), { ...rotation, ...changes })).toBe('other_key');
  });
});
