import { describe, expect, it } from 'vitest';
import { planRings, ringOf } from '../rollout/rings.js';
import { AcceptedBook } from './accepted-book.js';
import { type AcceptedRecord, nextEntry } from './book-entry.js';

const startMs = Date.parse('2026-12-06T10:00:00Z');
const minute = 60_000;
const hash = (letter: string) => letter.repeat(64);
const hosts = Array.from({ length: 10 }, (_, index) => ({ id: `h${index}`, labels: {} }));
const rings = planRings({ rings: [{ percent: 10 }, { percent: 50 }, { percent: 100 }] }, 'r', hosts);
const inRing = (ring: number) => hosts.find(({ id }) => ringOf(id, 'r', rings) === ring)?.id ?? '';
const job = (version: number, changes: object = {}): AcceptedRecord => ({
  kind: 'job',
  jobId: 'j',
  name: 'Nightly',
  version,
  manifestHash: hash(`${version}`),
  specHash: hash('e'),
  targets: { all: true },
  needs: [],
  ...changes,
});
const staged = (version: number, id = 'r') => job(version, { rollout: { seed: id, rings, soakMs: 30 * minute } });
const step = (open: number, version = 2): AcceptedRecord => ({ kind: 'rollout-step', jobId: 'j', version, open });
const halt: AcceptedRecord = { kind: 'rollout-halt', jobId: 'j', version: 2 };
const resume: AcceptedRecord = { kind: 'rollout-resume', jobId: 'j', version: 2 };

function bookOf(...records: AcceptedRecord[]): AcceptedBook {
  const book = new AcceptedBook();
  write(
    book,
    startMs,
    ...hosts.map(({ id }) => ({ kind: 'host' as const, hostId: id, name: id, labels: {}, publicKey: 'k' })),
  );
  for (const record of records) write(book, startMs, record);
  return book;
}

function write(book: AcceptedBook, atMs: number, ...records: AcceptedRecord[]): void {
  expect(book.add(nextEntry(book.head, { by: 'Ann', atMs, records }).text)).toEqual({ ok: true });
}

const codeOf = (verdict: { readonly ok: boolean; readonly code?: string }) => (verdict.ok ? null : verdict.code);
const has = (book: AcceptedBook, hostId: string, version: number | null) => {
  const entries = version === null ? [] : [{ jobId: 'j', version, manifestHash: hash(`${version}`) }];
  return codeOf(book.judgeIndex({ hostId, rev: 1, entries, capabilities: [] }, startMs));
};
const asked = (book: AcceptedBook, record: AcceptedRecord, atMs: number, by = 'carillon') =>
  codeOf(book.judgeRecord(record, { by, atMs }));

describe('a version on its way', () => {
  it('is on the hosts of open rings, and nowhere else', () => {
    const book = bookOf(job(1), staged(2));
    expect([has(book, inRing(0), 2), has(book, inRing(0), 1)]).toEqual([null, 'rollback']);
    expect([has(book, inRing(1), 1), has(book, inRing(1), 2)]).toEqual([null, 'rollout']);
    write(book, startMs + 30 * minute, step(2));
    expect([has(book, inRing(1), 2), has(book, inRing(1), 1)]).toEqual([null, 'rollback']);
    expect([has(book, inRing(2), 1), has(book, inRing(2), 2)]).toEqual([null, 'rollout']);
    write(book, startMs + 60 * minute, step(3));
    expect(hosts.map(({ id }) => has(book, id, 2))).toEqual(hosts.map(() => null));
  });

  it('of a new job leaves the others without it', () => {
    const book = bookOf(staged(1));
    expect([has(book, inRing(0), 1), has(book, inRing(0), null)]).toEqual([null, 'left_out']);
    expect([has(book, inRing(1), null), has(book, inRing(1), 1)]).toEqual([null, 'other_target']);
    const order = { hostId: inRing(1), jobId: 'j', action: 'run' };
    expect(codeOf(book.judgeOrder(order))).toBe('other_target');
  });

  it('moves targets with it', () => {
    const [first, last] = [inRing(0), inRing(2)];
    const book = bookOf(job(1, { targets: { hosts: [last] } }), {
      ...staged(2),
      targets: { hosts: [first] },
    } as AcceptedRecord);
    expect([has(book, first, 2), has(book, last, 1)]).toEqual([null, null]);
    write(book, startMs, step(2), step(3));
    expect([has(book, first, 2), has(book, last, null)]).toEqual([null, null]);
  });

  it('lies over one that was on its way before', () => {
    const book = bookOf(job(1), staged(2), staged(3, 's'));
    for (const { id } of hosts) {
      const version = ringOf(id, 's', rings) === 0 ? 3 : ringOf(id, 'r', rings) === 0 ? 2 : 1;
      expect(has(book, id, version)).toBeNull();
    }
    expect(asked(book, step(2, 2), startMs + 30 * minute)).toBe('rollout');
    expect(asked(book, step(2, 3), startMs + 30 * minute)).toBeNull();
  });

  it('is over when a version without rings is accepted', () => {
    const book = bookOf(job(1), staged(2), job(3));
    expect(hosts.map(({ id }) => has(book, id, 3))).toEqual(hosts.map(() => null));
    expect(asked(book, step(2), startMs + 30 * minute)).toBe('rollout');
  });

  it('goes on in a book that begins with it', () => {
    const book = bookOf(job(1), job(2, { rollout: { seed: 'r', rings, soakMs: minute, open: 2, isHalted: true } }));
    expect([has(book, inRing(1), 2), has(book, inRing(2), 1)]).toEqual([null, null]);
    expect(asked(book, step(3), startMs + minute)).toBe('rollout');
  });
});

describe('a step of a rollout', () => {
  it.each<[string, AcceptedRecord, number, string | null]>([
    ['to the next ring, after its soak', step(2), 30, null],
    ['before its soak is over', step(2), 29, 'rollout'],
    ['over a ring', step(3), 90, 'rollout'],
    ['to where it is', step(1), 90, 'rollout'],
    ['of another version', step(2, 1), 90, 'rollout'],
    ['of a job of nobody', { ...step(2), jobId: 'x' } as AcceptedRecord, 90, 'rollout'],
    ['that the server goes on with by itself', resume, 90, 'rollout'],
    ['that halts it', halt, 0, null],
  ])('%s', (_what, record, minutes, code) => {
    expect(asked(bookOf(job(1), staged(2)), record, startMs + minutes * minute)).toBe(code);
  });

  it('waits for the soak of each ring', () => {
    const book = bookOf(job(1), staged(2));
    write(book, startMs + 30 * minute, step(2));
    expect(asked(book, step(3), startMs + 59 * minute)).toBe('rollout');
    expect(asked(book, step(3), startMs + 60 * minute)).toBeNull();
  });

  it('is none while it is halted, until somebody resumes it, and then after a soak', () => {
    const book = bookOf(job(1), staged(2));
    write(book, startMs + 10 * minute, halt);
    expect(asked(book, step(2), startMs + 90 * minute)).toBe('rollout');
    expect(asked(book, resume, startMs + 90 * minute, 'Ann')).toBeNull();
    write(book, startMs + 90 * minute, resume);
    expect(asked(book, step(2), startMs + 119 * minute)).toBe('rollout');
    expect(asked(book, step(2), startMs + 120 * minute)).toBeNull();
  });
});
