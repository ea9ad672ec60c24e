import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CleanupSpec, type FoundFile, isNamedFor, planCleanup } from './cleanup.js';

const spec = (changes: Partial<CleanupSpec> = {}): CleanupSpec => ({
  root: 'D:\\logs',
  patterns: ['**/*.log'],
  olderThanMs: null,
  largerThanBytes: null,
  keepNewest: 0,
  untilFreeBytes: null,
  emptyFolders: false,
  archive: null,
  ...changes,
});
const nowMs = 1_000_000;
const file = (path: string, modifiedMs: number, bytes = 10): FoundFile => ({ path, modifiedMs, bytes });
const plan = (changes: Partial<CleanupSpec>, files: readonly FoundFile[], freeBytes = 0) => {
  const { remove, ...rest } = planCleanup(spec(changes), files, { nowMs, freeBytes, ignoreCase: true });
  return { remove: remove.map(({ path }) => path), ...rest };
};

describe('a cleanup', () => {
  const files = [file('b.log', 300), file('a.LOG', 100), file('x/c.log', 200, 50), file('keep.txt', 1)];

  it('takes what fits a pattern, the oldest first', () => {
    expect(plan({}, files)).toEqual({ remove: ['a.LOG', 'x/c.log', 'b.log'], kept: 0, missingBytes: 0 });
  });

  it('asks for all that is said together', () => {
    expect(plan({ olderThanMs: nowMs - 300 }, files).remove).toEqual(['a.LOG', 'x/c.log']);
    expect(plan({ largerThanBytes: 10 }, files).remove).toEqual(['x/c.log']);
    expect(plan({ keepNewest: 2 }, files)).toMatchObject({ remove: ['a.LOG'], kept: 2 });
    expect(plan({ keepNewest: 9 }, files)).toMatchObject({ remove: [], kept: 3 });
  });

  it('counts the newest among all that fit, old and young', () => {
    expect(plan({ keepNewest: 1, olderThanMs: nowMs - 300 }, files).remove).toEqual(['a.LOG', 'x/c.log']);
  });

  it('makes so much room and no more, and says what is missing', () => {
    expect(plan({ untilFreeBytes: 100 }, files, 100).remove).toEqual([]);
    expect(plan({ untilFreeBytes: 100 }, files, 95)).toEqual({ remove: ['a.LOG'], kept: 2, missingBytes: 0 });
    expect(plan({ untilFreeBytes: 100 }, files, 20)).toMatchObject({ kept: 0, missingBytes: 10 });
  });

  it('never takes more than is asked, whatever is there', () => {
    const found = fc.record({
      path: fc
        .constantFrom('a.log', 'b.log', 'x/a.log', 'x/b.txt', 'y/z/c.log', 'd.tmp')
        .chain((path) => fc.nat(9).map((n) => `${n}${path}`)),
      modifiedMs: fc.nat(2_000_000),
      bytes: fc.nat(100),
    });
    const asked = fc.record({
      patterns: fc.subarray(['**/*.log', '*.tmp', 'x/**'], { minLength: 1 }),
      olderThanMs: fc.option(fc.nat(1_000_000)),
      largerThanBytes: fc.option(fc.nat(100)),
      keepNewest: fc.nat(5),
      untilFreeBytes: fc.option(fc.nat(1_000)),
    });
    const unique = fc.uniqueArray(found, { selector: ({ path }) => path });
    fc.assert(
      fc.property(asked, unique, fc.nat(1_000), (changes, files, freeBytes) => {
        const wanted = spec(changes);
        const { remove, missingBytes } = planCleanup(wanted, files, { nowMs, freeBytes, ignoreCase: false });
        for (const { path, bytes, modifiedMs } of remove) {
          expect(isNamedFor(wanted, path, false)).toBe(true);
          if (wanted.olderThanMs !== null) expect(nowMs - modifiedMs).toBeGreaterThan(wanted.olderThanMs);
          if (wanted.largerThanBytes !== null) expect(bytes).toBeGreaterThan(wanted.largerThanBytes);
        }
        const named = files.filter(({ path }) => isNamedFor(wanted, path, false));
        const gone = new Set(remove);
        const newest = [...named].sort((a, b) => b.modifiedMs - a.modifiedMs)[wanted.keepNewest - 1];
        expect(named.length - remove.length).toBeGreaterThanOrEqual(Math.min(named.length, wanted.keepNewest));
        if (newest) for (const { modifiedMs } of remove) expect(modifiedMs).toBeLessThanOrEqual(newest.modifiedMs);
        expect(remove.map(({ modifiedMs }) => modifiedMs)).toEqual(
          remove.map(({ modifiedMs }) => modifiedMs).sort((a, b) => a - b),
        );
        if (wanted.untilFreeBytes === null) return;
        // The last one that went was still needed; and where the target is missed, nothing is left that might go.
        const made = remove.reduce((sum, { bytes }) => sum + bytes, 0);
        const last = remove.at(-1);
        if (last) expect(freeBytes + made - last.bytes).toBeLessThan(wanted.untilFreeBytes);
        expect(missingBytes).toBe(Math.max(0, wanted.untilFreeBytes - freeBytes - made));
        const all = planCleanup({ ...wanted, untilFreeBytes: null }, files, { nowMs, freeBytes, ignoreCase: false });
        if (missingBytes > 0) expect(gone.size).toBe(all.remove.length);
      }),
    );
  });
});
