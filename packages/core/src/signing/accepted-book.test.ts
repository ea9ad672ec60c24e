import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AcceptedBook, type ProposedIndex } from './accepted-book.js';
import { type AcceptedRecord, nextEntry } from './book-entry.js';

const nowMs = Date.parse('2026-12-02T10:00:00Z');
const hash = (letter: string) => letter.repeat(64);
const job = (jobId: string, version: number, changes: object = {}): AcceptedRecord => ({
  kind: 'job',
  jobId,
  name: jobId,
  version,
  manifestHash: hash(`${version}`),
  specHash: hash('e'),
  targets: { labels: { role: 'db' } },
  needs: [],
  ...changes,
});
const host = (hostId: string, role: string): AcceptedRecord => ({
  kind: 'host',
  hostId,
  name: hostId.toUpperCase(),
  labels: { role },
  publicKey: 'k',
});
const pause = { id: 'p', untilMs: nowMs + 60_000, afterwards: 'skip' as const };
const told = { ...pause, fromMs: nowMs, by: 'Ann', reason: '' };

function bookOf(...records: AcceptedRecord[]): AcceptedBook {
  const book = new AcceptedBook();
  for (const record of records) write(book, record);
  return book;
}

function write(book: AcceptedBook, ...records: AcceptedRecord[]): void {
  expect(book.add(nextEntry(book.head, { by: 'Ann', atMs: nowMs, records }).text)).toEqual({ ok: true });
}

const entry = (jobId: string, version: number, letter = `${version}`) => ({
  jobId,
  version,
  manifestHash: hash(letter),
});
const index = (changes: Partial<ProposedIndex> = {}): ProposedIndex => ({
  hostId: 'a',
  rev: 7,
  entries: [entry('backup', 2), entry('report', 1)],
  capabilities: ['pause'],
  ...changes,
});

const usual = [
  host('a', 'db'),
  host('b', 'web'),
  job('backup', 1),
  job('backup', 2),
  job('report', 1, { targets: { groups: ['night'] } }),
  { kind: 'group', name: 'Night', hosts: ['A'] } as const,
  job('web', 1, { targets: { labels: { role: 'web' } } }),
  job('old', 1),
  { kind: 'job-gone', jobId: 'old' } as const,
];

describe('the index of a host', () => {
  it.each<[string, Partial<ProposedIndex>, string | null]>([
    ['as it was accepted', {}, null],
    ['in another order', { entries: [entry('report', 1), entry('backup', 2)] }, null],
    ['of another host', { hostId: 'b' }, 'left_out'],
    ['of nobody', { hostId: 'x' }, 'unknown_host'],
    ['with an older version', { entries: [entry('backup', 1), entry('report', 1)] }, 'rollback'],
    ['with a version of nobody', { entries: [entry('backup', 3), entry('report', 1)] }, 'bad_manifest'],
    ['with another definition', { entries: [entry('backup', 2, 'f'), entry('report', 1)] }, 'bad_manifest'],
    ['without a job', { entries: [entry('backup', 2)] }, 'left_out'],
    ['with a job for others', { entries: [...index().entries, entry('web', 1)] }, 'other_target'],
    ['with a job that was deleted', { entries: [...index().entries, entry('old', 1)] }, 'unknown_job'],
    ['with a job of nobody', { entries: [...index().entries, entry('evil', 1)] }, 'unknown_job'],
    ['with a job twice', { entries: [...index().entries, entry('backup', 1)] }, 'bad_index'],
    ['at a revision from which there is no way back', { rev: 2 ** 50 }, 'bad_index'],
    ['at no revision', { rev: Number.NaN }, 'bad_index'],
    ['with a pause of nobody', { pause: told }, 'other_pause'],
  ])('%s', (_what, changes, code) => {
    const verdict = bookOf(...usual).judgeIndex(index(changes), nowMs);
    expect(verdict.ok ? null : verdict.code).toBe(code);
  });

  it('may lack what its agent is too old for, or have an older version of it', () => {
    const book = bookOf(...usual, job('backup', 3, { needs: ['watch'] }));
    const code = (changes: Partial<ProposedIndex>) => {
      const verdict = book.judgeIndex(index(changes), nowMs);
      return verdict.ok ? null : verdict.code;
    };
    expect(code({ entries: [entry('report', 1)] })).toBeNull();
    expect(code({})).toBeNull();
    expect(code({ entries: [entry('backup', 2, 'f'), entry('report', 1)] })).toBe('bad_manifest');
    expect(code({ capabilities: ['pause', 'watch'] })).toBe('rollback');
  });

  it('has the pause that somebody asked for, until it is over or taken back', () => {
    const book = bookOf(...usual, { kind: 'pause', hostIds: ['b', 'a'], pauses: [{ ...pause, id: 'q' }, pause] });
    expect(book.judgeIndex(index({ pause: told }), nowMs)).toEqual({ ok: true });
    expect(book.judgeIndex(index({ pause: { ...told, untilMs: told.untilMs + 1 } }), nowMs).ok).toBe(false);
    expect(book.judgeIndex(index(), nowMs)).toMatchObject({ code: 'other_pause' });
    expect(book.judgeIndex(index(), pause.untilMs)).toEqual({ ok: true });
    expect(book.judgeIndex(index({ capabilities: [] }), nowMs)).toEqual({ ok: true });
    write(book, { kind: 'resume', hostIds: ['a'] });
    expect(book.judgeIndex(index(), nowMs)).toEqual({ ok: true });
    expect(book.judgeIndex(index({ pause: told }), nowMs)).toMatchObject({ code: 'other_pause' });
  });

  it('follows labels and groups as they were accepted', () => {
    const book = bookOf(...usual);
    write(book, { kind: 'labels', hostId: 'a', labels: { role: 'web' } }, { kind: 'group', name: 'night', hosts: [] });
    expect(book.judgeIndex(index(), nowMs)).toMatchObject({ ok: false });
    expect(book.judgeIndex(index({ entries: [entry('web', 1)] }), nowMs)).toEqual({ ok: true });
  });

  it('of which anything is different is refused', () => {
    const book = bookOf(...usual);
    const changed = fc.constantFrom('jobId', 'version', 'manifestHash', 'drop', 'add');
    fc.assert(
      fc.property(changed, fc.nat(1), fc.uuid(), fc.integer({ min: 3, max: 99 }), (what, at, id, number) => {
        const entries = index().entries.map((each) => ({ ...each }));
        if (what === 'drop') entries.splice(at, 1);
        else if (what === 'add') entries.push(entry(id, 1));
        else Object.assign(entries[at] ?? {}, { [what]: what === 'version' ? number : id });
        expect(book.judgeIndex(index({ entries }), nowMs).ok).toBe(false);
      }),
    );
  });
});

describe('an order', () => {
  it.each([
    ['to run what the host has', { hostId: 'a', jobId: 'backup', action: 'run' }, null],
    ['to stop what was deleted', { hostId: 'a', jobId: 'old', action: 'stop' }, null],
    ['to run it on another host', { hostId: 'b', jobId: 'backup', action: 'run' }, 'other_target'],
    ['to run what was deleted', { hostId: 'a', jobId: 'old', action: 'run' }, 'unknown_job'],
    ['to run what nobody accepted', { hostId: 'a', jobId: 'evil', action: 'run' }, 'unknown_job'],
    ['to a host of nobody', { hostId: 'x', jobId: 'backup', action: 'stop' }, 'unknown_host'],
    ['to say what a start of it would do', { hostId: 'a', jobId: 'backup', action: 'dry_run' }, null],
    ['to put it back', { hostId: 'a', jobId: 'backup', action: 'repair' }, null],
    ['to put it back on another host', { hostId: 'b', jobId: 'backup', action: 'repair' }, 'other_target'],
    ['to put back what was deleted', { hostId: 'a', jobId: 'old', action: 'repair' }, 'unknown_job'],
    ['to say what one that nobody accepted would do', { hostId: 'a', jobId: 'evil', action: 'dry_run' }, 'unknown_job'],
  ])('%s', (_what, order, code) => {
    const verdict = bookOf(...usual).judgeOrder(order);
    expect(verdict.ok ? null : verdict.code).toBe(code);
  });
});

describe('the book', () => {
  const judged = (book: AcceptedBook, record: AcceptedRecord) => book.judgeRecord(record, { by: 'Ann', atMs: nowMs });

  it('takes no version twice and none below', () => {
    const book = bookOf(...usual);
    expect(judged(book, job('backup', 3))).toEqual({ ok: true });
    expect(judged(book, job('backup', 2))).toMatchObject({ code: 'rollback' });
    expect(judged(book, job('backup', 1))).toMatchObject({ code: 'rollback' });
    expect(judged(book, job('new', 5))).toEqual({ ok: true });
  });

  it('knows a definition that is not the accepted one', () => {
    const book = bookOf(...usual);
    expect(book.judgeDefinition('backup', 2, { specHash: hash('e'), manifestHash: hash('2') })).toEqual({ ok: true });
    expect(book.judgeDefinition('backup', 2, { specHash: hash('f') })).toMatchObject({ code: 'bad_manifest' });
    expect(book.judgeDefinition('backup', 9, {})).toMatchObject({ code: 'unknown_job' });
  });

  it('takes no entry out of turn, twice, or changed', () => {
    const book = bookOf(...usual);
    const next = nextEntry(book.head, { by: 'Ann', atMs: nowMs, records: [job('x', 1)] });
    const other = nextEntry({ ...book.head, hash: hash('9') }, { by: 'Ann', atMs: nowMs, records: [] });
    const later = nextEntry(next, { by: 'Ann', atMs: nowMs, records: [] });
    for (const text of [other.text, later.text, '{', 'null'.replace('null', '{}')])
      expect(book.add(text)).toMatchObject({ code: 'book_changed' });
    expect(book.add(next.text)).toEqual({ ok: true });
    expect(book.head).toEqual({ seq: next.seq, hash: next.hash });
    expect(book.add(next.text)).toMatchObject({ code: 'book_changed' });
    expect(book.add(later.text)).toEqual({ ok: true });
  });
});
