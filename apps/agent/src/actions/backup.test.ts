import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { BackupSpec } from '@carillon/core/action/backup';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeActionContext } from '../testing/action-context.js';
import { fillDisk, makeSmallDisk, noSmallDisk } from '../testing/small-disk.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import type { ActionContext } from './action-context.js';
import { backUp } from './backup.js';
import { restoreSet, verifySet } from './restore.js';
import { listSets } from './set-folder.js';

let base: string;
let from: string;
let to: string;
let folder: string;
beforeEach(() => {
  base = makeTempFolder();
  [from, to] = [join(base, 'data'), join(base, 'backup')];
  for (const path of [from, to]) mkdirSync(path);
  folder = join(to, 'sample-host/sample');
});

const dayMs = 86_400_000;
const sunday = Date.UTC(2026, 10, 29, 12);
const spec = (changes: Partial<BackupSpec> = {}): BackupSpec => ({
  from: [from],
  to,
  mode: 'incremental',
  exclude: [],
  compare: 'size+mtime',
  verify: true,
  keep: { count: null, days: null },
  ...changes,
});

function put(path: string, text: string, modifiedMs = sunday): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
}

const ids = () => listSets(folder).sets.map(({ id }) => id);
const header = (at: number) => listSets(folder).sets.at(at) ?? expect.fail('no such set');

function run(changes: Partial<BackupSpec> = {}, context: Partial<ActionContext> = {}, hear?: (line: string) => void) {
  const made = makeActionContext({ nowMs: sunday, ...context }, hear);
  return { result: backUp(spec(changes), made.context), ...made };
}

/** Path -> bytes and time of each file, and folders. */
function treeOf(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (entry.isDirectory()) return [name, 'folder'] as const;
    return [name, `${Math.trunc(statSync(path).mtimeMs)} ${readFileSync(path, 'utf8')}`] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a set gives back of the folder that was saved. */
function restored(at: number): Record<string, string> {
  const target = join(base, `restored-${at}-${Math.random()}`);
  const { context, problems } = makeActionContext();
  restoreSet(folder, header(at), { to: target, overwrite: false, isDryRun: false }, context.report);
  expect(problems).toEqual([]);
  const tree = existsSync(join(target, from.slice(1))) ? treeOf(join(target, from.slice(1))) : {};
  rmSync(target, { recursive: true });
  return tree;
}

describe('a backup', () => {
  it('is full at first, then holds what has changed, and gives back either day', () => {
    put(join(from, 'a.txt'), 'one');
    put(join(from, 'deep/er/b.txt'), 'two');
    mkdirSync(join(from, 'empty'));
    const first = treeOf(from);
    expect(run().result).toMatchObject({
      kind: 'full',
      state: 'complete',
      files: 2,
      bytes: 6,
      copiedFiles: 2,
      deleted: 0,
    });

    put(join(from, 'a.txt'), 'ONE', sunday + 1_000);
    rmSync(join(from, 'deep'), { recursive: true });
    put(join(from, 'new/c.txt'), 'three');
    const second = treeOf(from);
    const { result } = run({}, { nowMs: sunday + dayMs });
    expect(result).toMatchObject({ kind: 'incremental', files: 2, copiedFiles: 2, deleted: 1 });
    expect(ids()).toEqual(['000001-20261129T120000Z-full', '000002-20261130T120000Z-incremental']);
    expect(header(1)).toMatchObject({ base: ids()[0], needs: [] });
    expect([restored(0), restored(1)]).toEqual([first, second]);
  });

  it('is full on its days, by the planned start', () => {
    put(join(from, 'a'), 'x');
    const onSundays: Partial<BackupSpec> = { mode: ['sunday'] };
    const kindAt = (nowMs: number, plannedMs = nowMs) =>
      run(onSundays, { nowMs, env: { CARILLON_SCHEDULED_FOR: new Date(plannedMs).toISOString() } }).result.kind;
    expect(kindAt(sunday - dayMs)).toBe('full');
    expect(kindAt(sunday)).toBe('full');
    expect(kindAt(sunday + dayMs)).toBe('incremental');
    expect(kindAt(sunday + dayMs, sunday)).toBe('full');
    expect(header(2).needs).toEqual([header(1).id]);
  });

  it('finds a change that size and time hide, when it compares bytes', () => {
    put(join(from, 'a'), 'one');
    run();
    put(join(from, 'a'), 'two');
    expect(run().result).toMatchObject({ copiedFiles: 0 });
    expect(run({ compare: 'hash' }).result).toMatchObject({ copiedFiles: 1 });
    put(join(from, 'a'), 'two', sunday + 5_000);
    expect(run({ compare: 'hash' }).result).toMatchObject({ copiedFiles: 0 });
    expect(restored(3)).toEqual(treeOf(from));
  });

  it('copies again what is gone from an older set', () => {
    put(join(from, 'a'), 'one');
    run();
    rmSync(join(folder, header(0).id, 'files', from.slice(1), 'a'));
    expect(run().result).toMatchObject({ kind: 'incremental', copiedFiles: 1 });
    expect(restored(1)).toEqual(treeOf(from));
  });

  it('leaves out what is excluded, links, and the agent’s own folder', () => {
    put(join(from, 'a.tmp'), 'x');
    put(join(from, 'cache/b'), 'x');
    put(join(from, 'agent/private/key'), 'x');
    put(join(from, 'c'), 'x');
    symlinkSync('/etc', join(from, 'etc'));
    const { result, said } = run({ exclude: ['**/*.tmp', 'cache'] }, { agentRoot: join(from, 'agent') });
    expect(result).toMatchObject({ files: 1, state: 'complete' });
    expect(said).toContain(`${from}: 1 links and mounted disks are not saved`);
  });

  it('only tells, when asked to', () => {
    put(join(from, 'a'), 'one');
    const { result, said } = run({}, { isDryRun: true });
    expect(result).toMatchObject({ kind: 'full', files: 1, copiedFiles: 1 });
    expect(said[0]).toContain('would make');
    expect(readdirSync(to)).toEqual([]);
  });

  it('names what cannot be saved, is partial then, and catches up', () => {
    put(join(from, 'a'), 'one');
    put(join(from, 'b'), 'two');
    symlinkSync('/etc', join(from, 'link'));
    const hear = (line: string) => {
      if (line.includes('are not saved') && existsSync(join(from, 'a'))) renameSync(join(from, 'a'), join(base, 'a'));
    };
    const { result, problems } = run({}, {}, hear);
    expect(result).toMatchObject({ state: 'partial', files: 1, unsaved: 1 });
    expect(problems).toEqual([`${from}/a: not saved: it is not there`]);
    const { context, problems: missing } = makeActionContext();
    restoreSet(folder, header(0), { to: join(base, 'r'), overwrite: false, isDryRun: false }, context.report);
    expect(missing).toEqual([`${join(base, 'r', from)}/a: it was not saved: it is not there`]);
    renameSync(join(base, 'a'), join(from, 'a'));
    expect(run().result).toMatchObject({
      kind: 'incremental',
      state: 'complete',
      files: 2,
      copiedFiles: 1,
      deleted: 0,
    });
  });

  it.skipIf(noSmallDisk)('is partial when the disk is full, and leaves nothing when there is no room for that', () => {
    const disk = makeSmallDisk(1024 * 1024);
    const target = join(disk, 'sample-host/sample');
    for (const name of ['a', 'b', 'c', 'd']) put(join(from, name), name.repeat(300_000));
    const { result, problems } = run({ to: disk });
    expect(result).toMatchObject({ state: 'partial', files: 3, unsaved: 1 });
    expect(problems).toEqual([`${from}/d: not saved: the disk is full`]);
    expect(readdirSync(target)).toEqual([String(result.set)]);

    const release = fillDisk(disk);
    expect(() => run({ to: disk })).toThrow('the disk is full');
    expect(readdirSync(target)).toEqual([String(result.set)]);
    release();
    rmSync(join(from, 'd'));
    expect(run({ to: disk }).result).toMatchObject({ state: 'complete', copiedFiles: 0, files: 3 });
  });

  it('makes no set when a source is not there: it must not look emptied', () => {
    put(join(from, 'a'), 'one');
    run();
    expect(() => run({ from: [from, join(base, 'away')] })).toThrow(`from[1]: ${join(base, 'away')}: it is not there`);
    expect(() => run({ to: join(base, 'nowhere') })).toThrow('to: ');
    expect(ids()).toHaveLength(1);
  });

  it('goes on after a run that was cut short, whose set nobody takes for one', async () => {
    put(join(from, 'a'), 'one');
    run();
    const cut = join(folder, '000002-20261130T120000Z-incremental.unfinished');
    put(join(cut, 'files/x'), 'half');
    put(join(folder, '000000-20261101T120000Z-full.removing/set.json'), '{}');
    expect(ids()).toHaveLength(1);
    const { said } = run();
    expect(said[0]).toContain('a run that was cut short left this');
    expect(readdirSync(folder).sort()).toEqual(ids());
    expect(ids()).toHaveLength(2);
  });

  it('builds on nothing that is damaged, and leaves it alone', () => {
    put(join(from, 'a'), 'one');
    run();
    run();
    appendFileSync(join(folder, header(1).id, 'index.jsonl'), '{}\n');
    const second = run();
    expect(second.problems).toEqual([expect.stringContaining('not the index that set.json tells of')]);
    expect(second.result).toMatchObject({ kind: 'incremental', copiedFiles: 0 });
    expect(header(2).base).toBe(header(0).id);
    const newest = header(2).id;
    writeFileSync(join(folder, newest, 'set.json'), '{');
    const third = run({ keep: { count: 1, days: null } });
    expect(third.problems[0]).toContain('its set.json');
    expect(readdirSync(folder)).toContain(newest);
    expect(ids().at(-1)).toMatch(/^000004-/);
  });

  it('removes what need not be kept, in a way that can be cut short', () => {
    put(join(from, 'a'), 'one');
    for (let day = 0; day < 9; day += 1) {
      put(join(from, 'b'), String(day), sunday + day);
      run({ mode: ['sunday'], keep: { count: 2, days: null } }, { nowMs: sunday + day * dayMs });
    }
    // Two weeks: of the first nothing is left, the second is needed from its full set on.
    expect(ids().map((id) => id.slice(0, 6))).toEqual(['000008', '000009']);
    expect(restored(1)).toEqual(treeOf(from));
  });

  it('gives back every day that is kept, whatever happened between them', () => {
    const name = fc.constantFrom('a', 'b', 'x/a', 'x/y/b', 'z/c', 'ä ö.txt');
    const change = fc.record({
      path: name,
      text: fc.option(fc.string({ maxLength: 20 }), { nil: undefined }),
      isTouched: fc.boolean(),
    });
    const days = fc.array(fc.array(change, { maxLength: 5 }), { minLength: 1, maxLength: 7 });
    const mode = fc.constantFrom<BackupSpec['mode']>('full', 'incremental', ['sunday'], ['tuesday', 'friday']);
    const keep = fc.record({ count: fc.option(fc.integer({ min: 1, max: 4 })), days: fc.constant(null) });
    const compare = fc.constantFrom<BackupSpec['compare']>('size+mtime', 'hash');
    fc.assert(
      fc.property(days, mode, keep, compare, (story, wanted, retention, by) => {
        for (const path of [from, to]) rmSync(path, { recursive: true });
        for (const path of [from, to]) mkdirSync(path);
        const trees = new Map<string, Record<string, string>>();
        for (const [day, changes] of story.entries()) {
          for (const [index, { path, text, isTouched }] of changes.entries()) {
            const at = join(from, path);
            if (text === undefined) rmSync(at, { force: true });
            // Only who compares bytes can see a change that leaves the time alone.
            else put(at, text, sunday + (by === 'hash' && !isTouched ? 0 : 1 + day * 1_000 + index));
          }
          const nowMs = sunday + day * dayMs;
          const { result, problems } = run({ mode: wanted, keep: retention, compare: by }, { nowMs });
          expect(problems).toEqual([]);
          trees.set(String(result.set), treeOf(from));
        }
        for (const [at, id] of ids().entries()) expect(restored(at), id).toEqual(trees.get(id));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('restoring', () => {
  beforeEach(() => {
    put(join(from, 'a.txt'), 'one');
    put(join(from, 'b.log'), 'two');
    run();
  });
  const restore = (changes: object = {}) => {
    const { context, problems } = makeActionContext();
    const options = { to: join(base, 'r'), overwrite: false, isDryRun: false, ...changes };
    return { result: restoreSet(folder, header(0), options, context.report), problems };
  };
  const there = () => join(base, 'r', from.slice(1));

  it('takes what fits a pattern', () => {
    expect(restore({ pattern: '**/*.log' }).result).toMatchObject({ files: 1, bytes: 3 });
    expect(readdirSync(there())).toEqual(['b.log']);
    expect(restore({ isDryRun: true, to: join(base, 'dry') }).result).toMatchObject({ files: 2 });
    expect(existsSync(join(base, 'dry'))).toBe(false);
  });

  it('writes over nothing unless told', () => {
    put(join(there(), 'a.txt'), 'mine');
    expect(restore()).toMatchObject({ result: { files: 1 }, problems: [`${there()}/a.txt: it is there already`] });
    expect(readFileSync(join(there(), 'a.txt'), 'utf8')).toBe('mine');
    expect(restore({ overwrite: true }).result).toMatchObject({ files: 2 });
    expect(readFileSync(join(there(), 'a.txt'), 'utf8')).toBe('one');
    expect(readdirSync(there()).sort()).toEqual(['a.txt', 'b.log']);
  });

  it('is led nowhere by a link', () => {
    const away = join(base, 'away');
    mkdirSync(away);
    mkdirSync(dirname(there()), { recursive: true });
    symlinkSync(away, there());
    expect(restore({ overwrite: true })).toMatchObject({ result: { files: 0 } });
    expect(readdirSync(away)).toEqual([]);
    rmSync(there());
    mkdirSync(there());
    put(join(away, 'a.txt'), 'theirs');
    symlinkSync(join(away, 'a.txt'), join(there(), 'a.txt'));
    expect(restore().problems).toHaveLength(1);
    restore({ overwrite: true });
    expect(readFileSync(join(away, 'a.txt'), 'utf8')).toBe('theirs');
  });

  it('gives back nothing that was changed in the set, which verify finds', () => {
    const check = () => {
      const { context, problems } = makeActionContext();
      return { result: verifySet(folder, header(0), context.report), problems };
    };
    expect(check()).toMatchObject({ result: { files: 2, bytes: 6 }, problems: [] });
    writeFileSync(join(folder, header(0).id, 'files', from.slice(1), 'a.txt'), 'oNe');
    expect(check().problems).toEqual([expect.stringContaining('a.txt')]);
    expect(restore()).toMatchObject({
      result: { files: 1 },
      problems: [expect.stringContaining('not those that were saved')],
    });
    expect(readdirSync(there())).toEqual(['b.log']);
  });

  it.each([
    { path: '../evil', folder: true },
    { path: '/evil', folder: true },
    { path: 'a/../../evil', bytes: 3, modifiedMs: 1, sha256: 'a'.repeat(64), set: '000001-20261129T120000Z-full' },
    { path: 'evil', bytes: 3, modifiedMs: 1, sha256: 'a'.repeat(64), set: '../../x' },
  ])('believes no index with %j', (line) => {
    const at = join(folder, header(0).id);
    const text = `${JSON.stringify(line)}\n`;
    writeFileSync(join(at, 'index.jsonl'), text);
    const told = JSON.parse(readFileSync(join(at, 'set.json'), 'utf8')) as object;
    writeFileSync(join(at, 'set.json'), JSON.stringify({ ...told, indexSha256: sha256Hex(text) }));
    const { result, problems } = restore();
    expect([result.files, problems]).toEqual([0, [expect.stringContaining('line 1: it ')]]);
    expect(existsSync(join(base, 'evil'))).toBe(false);
    expect(readdirSync(join(base, 'r'))).toEqual([]);
  });
});
