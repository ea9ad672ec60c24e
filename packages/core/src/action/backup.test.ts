import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOfSet, type SetHeader, setId, setIdPattern, setsToRemove } from './backup.js';
import { goneSince, type IndexFile, isAsBefore, readIndexLine, storedPath, storedPathProblem } from './backup-index.js';

describe('the kind of a set', () => {
  it('is full where it is said, on the days that are named, and where there is nothing to stand on', () => {
    expect(kindOfSet('full', 3, true)).toBe('full');
    expect(kindOfSet('incremental', 3, true)).toBe('incremental');
    expect(kindOfSet('incremental', 3, false)).toBe('full');
    expect([0, 1, 6].map((day) => kindOfSet(['sunday', 'saturday'], day, true))).toEqual([
      'full',
      'incremental',
      'full',
    ]);
    expect(kindOfSet(['sunday'], 1, false)).toBe('full');
  });

  it('stands in its name, which sorts by age', () => {
    const id = setId(12, Date.UTC(2026, 10, 28, 2), 'full');
    expect(id).toBe('000012-20261128T020000Z-full');
    expect(id).toMatch(setIdPattern);
  });
});

type Kept = Parameters<typeof setsToRemove>[0][number];
const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 30);
const set = (number: number, kind: SetHeader['kind'], changes: Partial<Kept> = {}): Kept => ({
  id: `s${number}`,
  number,
  kind,
  state: 'complete',
  startedAt: new Date(nowMs - (100 - number) * dayMs).toISOString(),
  needs: [],
  ...changes,
});

describe('what need not be kept', () => {
  const week = [
    set(90, 'full'),
    set(91, 'incremental', { needs: ['s90'] }),
    set(92, 'incremental', { needs: ['s90', 's91'] }),
    set(93, 'full'),
    set(94, 'incremental', { needs: ['s93'] }),
  ];

  it('goes by number and by age, whichever keeps longer', () => {
    expect(setsToRemove(week, { count: null, days: null }, nowMs)).toEqual([]);
    expect(setsToRemove(week, { count: 2, days: null }, nowMs)).toEqual(['s92', 's91', 's90']);
    expect(setsToRemove(week, { count: 1, days: 7 }, nowMs)).toEqual(['s92', 's91', 's90']);
    expect(setsToRemove(week, { count: 1, days: 8 }, nowMs)).toEqual([]);
  });

  it('is never what a kept one needs', () => {
    expect(setsToRemove(week, { count: 3, days: null }, nowMs)).toEqual([]);
  });

  it('is never the last good full one, however old', () => {
    const partial = week.map((each) => (each.number > 92 ? { ...each, state: 'partial' as const } : each));
    expect(setsToRemove(partial, { count: 1, days: 1 }, nowMs)).toEqual([]);
    const broken = [set(90, 'full'), set(93, 'full', { state: 'partial' })];
    expect(setsToRemove(broken, { count: 1, days: null }, nowMs)).toEqual([]);
  });

  it('leaves everything that is kept whole', () => {
    const made = fc.array(
      fc.record({
        isFull: fc.boolean(),
        isPartial: fc.boolean(),
        ageDays: fc.nat(40),
        needs: fc.array(fc.nat(30), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    const limits = fc.record({
      count: fc.option(fc.integer({ min: 1, max: 9 })),
      days: fc.option(fc.integer({ min: 1, max: 30 })),
    });
    fc.assert(
      fc.property(made, limits, (list, keep) => {
        const sets = list.map(({ isFull, isPartial, ageDays, needs }, index) =>
          set(index + 1, isFull || index === 0 ? 'full' : 'incremental', {
            state: isPartial ? 'partial' : 'complete',
            startedAt: new Date(nowMs - ageDays * dayMs).toISOString(),
            needs: isFull ? [] : needs.filter((at) => at < index).map((at) => `s${at + 1}`),
          }),
        );
        const gone = new Set(setsToRemove([...sets].reverse(), keep, nowMs));
        const kept = sets.filter(({ id }) => !gone.has(id));
        for (const { needs } of kept) for (const id of needs) expect(gone.has(id)).toBe(false);
        const complete = sets.filter(({ state }) => state === 'complete');
        const good = [complete.at(-1), complete.filter(({ kind }) => kind === 'full').at(-1)];
        for (const each of good) if (each) expect(gone.has(each.id)).toBe(false);
        if (keep.count !== null) for (const { id } of sets.slice(-keep.count)) expect(gone.has(id)).toBe(false);
      }),
    );
  });
});

describe('an index', () => {
  const file: IndexFile = { path: 'D/a', bytes: 3, modifiedMs: 5, sha256: 'a'.repeat(64), set: 's1' };

  it('tells what is as it was', () => {
    expect(isAsBefore(undefined, file, undefined)).toBe(false);
    expect(isAsBefore(file, file, undefined)).toBe(true);
    expect(isAsBefore(file, { ...file, modifiedMs: 6 }, undefined)).toBe(false);
    expect(isAsBefore(file, { ...file, bytes: 4 }, undefined)).toBe(false);
    expect(isAsBefore(file, { ...file, modifiedMs: 6 }, file.sha256)).toBe(true);
    expect(isAsBefore(file, file, 'b'.repeat(64))).toBe(false);
    expect(goneSince([file, { ...file, path: 'D/b' }], new Set(['D/b']))).toEqual(['D/a']);
  });

  it('is read line by line and not believed', () => {
    for (const line of [
      file,
      { path: 'D', folder: true },
      { path: 'D/x', deleted: true },
      { path: 'D/y', unsaved: 'why' },
    ])
      expect(readIndexLine(JSON.stringify(line))).toEqual(line);
    for (const text of [
      '',
      '1',
      'null',
      '{}',
      '{"path":1}',
      JSON.stringify({ ...file, bytes: -1 }),
      JSON.stringify({ ...file, sha256: 'x' }),
    ])
      expect(readIndexLine(text)).toBeTypeOf('string');
  });

  it('keeps drives and shares apart', () => {
    expect(storedPath('d:\\data\\a.txt', true)).toBe('D/data/a.txt');
    expect(storedPath('\\\\nas\\share\\a', true)).toBe('UNC/nas/share/a');
    expect(storedPath('/srv/a\\b', false)).toBe('srv/a\\b');
  });

  it.each(['../x', 'a/../../x', '/etc/x', 'a//b', './a', '', 'a/\0'])('leads nowhere with %j', (path) =>
    expect(storedPathProblem(path, false)).toBeTypeOf('string'),
  );

  it.each(['C:/x', 'a\\..\\..\\x', 'a/b:stream', 'nul', 'COM1.txt', 'x/con', 'a. ', 'a/..  ', 'a\nb'])(
    'leads nowhere on Windows with %j',
    (path) => expect(storedPathProblem(path, true)).toBeTypeOf('string'),
  );

  it('takes ordinary paths', () => {
    expect(storedPathProblem('D/data/Ärger 1.txt', true)).toBeUndefined();
    expect(storedPathProblem('srv/a:b\\c', false)).toBeUndefined();
  });
});
