import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { CleanupSpec } from '@carillon/core/action/cleanup';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeActionContext } from '../testing/action-context.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { cleanUp } from './cleanup.js';
import { inHeldFolder } from './held-folder.js';

let base: string;
let root: string;
let outside: string;
beforeEach(() => {
  base = makeTempFolder();
  [root, outside] = [join(base, 'root'), join(base, 'outside')];
  for (const path of [root, outside]) mkdirSync(path);
});

const dayMs = 86_400_000;
const spec = (changes: Partial<CleanupSpec> = {}): CleanupSpec => ({
  root,
  patterns: ['**/*.log'],
  olderThanMs: null,
  largerThanBytes: null,
  keepNewest: 0,
  untilFreeBytes: null,
  emptyFolders: false,
  archive: null,
  ...changes,
});

function put(path: string, ageDays = 0, text = 'x'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const at = (Date.now() - ageDays * dayMs) / 1000;
  utimesSync(path, at, at);
}

const below = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('a cleanup', () => {
  it('deletes what it is asked to and nothing else', () => {
    put(join(root, 'old.log'), 5, 'abc');
    put(join(root, 'deep/er/old.log'), 4);
    put(join(root, 'young.log'), 1);
    put(join(root, 'old.txt'), 9);
    const { context, said, problems } = makeActionContext();
    const result = cleanUp(spec({ olderThanMs: 3 * dayMs }), context);
    expect(result).toEqual({ files: 2, bytes: 4, folders: 0, inUse: 0, kept: 1, links: 0 });
    expect(below(root)).toEqual(['old.txt', 'young.log']);
    expect(problems).toEqual([]);
    expect(said.slice(1)).toEqual([`removed ${root}/old.log (3 B)`, `removed ${root}/deep/er/old.log (1 B)`]);
  });

  it('only tells, when asked to', () => {
    put(join(root, 'a.log'));
    const { context, said } = makeActionContext({ isDryRun: true });
    expect(cleanUp(spec({ emptyFolders: true, archive: null }), context)).toMatchObject({ files: 1, bytes: 1 });
    expect(said).toContain(`would remove ${root}/a.log (1 B)`);
    expect(below(root)).toEqual(['a.log']);
  });

  it('follows no link, and leaves it where it is', () => {
    put(join(outside, 'a.log'), 9);
    symlinkSync(outside, join(root, 'folder.log'));
    symlinkSync(join(outside, 'a.log'), join(root, 'file.log'));
    const { context } = makeActionContext();
    expect(cleanUp(spec(), context)).toMatchObject({ files: 0, links: 2 });
    expect([below(outside), readdirSync(root)]).toEqual([['a.log'], ['file.log', 'folder.log']]);
  });

  it('is not led out by a folder that becomes a link between looking and deleting', () => {
    put(join(root, 'sub/a.log'), 9);
    // The very same file by another name: only where it is tells the one from the other.
    linkSync(join(root, 'sub/a.log'), join(outside, 'a.log'));
    const { context, problems } = makeActionContext({}, (line) => {
      if (!line.includes('files go') || existsSync(join(root, 'moved'))) return;
      renameSync(join(root, 'sub'), join(root, 'moved'));
      symlinkSync(outside, join(root, 'sub'));
    });
    expect(cleanUp(spec({ emptyFolders: true }), context).files).toBe(0);
    expect(below(outside)).toEqual(['a.log']);
    expect(problems).toEqual([expect.stringContaining('sub/a.log')]);
  });

  it('leaves a file that is another by now', () => {
    put(join(root, 'a.log'), 9);
    const { context, problems } = makeActionContext(
      {},
      (line) => line.includes('files go') && put(join(root, 'a.log'), 0, 'new'),
    );
    expect(cleanUp(spec(), context).files).toBe(0);
    expect(readFileSync(join(root, 'a.log'), 'utf8')).toBe('new');
    expect(problems).toEqual([`${root}/a.log: it is another than the one that was listed, and stays`]);
  });

  it('copies into the archive before it deletes', () => {
    const archive = join(base, 'archive');
    mkdirSync(archive);
    put(join(root, 'x/a.log'), 9, 'abc');
    // A time whose seconds, as a number, are a little less than they should be.
    utimesSync(join(root, 'x/a.log'), 1_764_331_200.123_1, 1_764_331_200.123_1);
    const { mtimeMs } = statSync(join(root, 'x/a.log'));
    const { context } = makeActionContext({ nowMs: Date.UTC(2026, 10, 28, 2) });
    expect(cleanUp(spec({ archive, emptyFolders: true }), context)).toMatchObject({ files: 1, folders: 1 });
    const kept = join(archive, '20261128T020000.000Z/x/a.log');
    expect([readFileSync(kept, 'utf8'), Math.trunc(statSync(kept).mtimeMs)]).toEqual(['abc', Math.trunc(mtimeMs)]);
    expect(readdirSync(root)).toEqual([]);

    // What is in the archive is never written over: the file stays where it is.
    put(join(root, 'x/a.log'), 9, 'def');
    const again = makeActionContext({ nowMs: Date.UTC(2026, 10, 28, 2) });
    expect(cleanUp(spec({ archive }), again.context).files).toBe(0);
    expect([readFileSync(kept, 'utf8'), again.problems]).toEqual(['abc', [`${root}/x/a.log: it is there already`]]);
    expect(below(root)).toEqual(['x/a.log']);
  });

  it('takes folders that it leaves empty, and no others', () => {
    put(join(root, 'a/b/c.log'));
    put(join(root, 'd/e.log'));
    put(join(root, 'd/f.txt'));
    mkdirSync(join(root, 'was-empty'));
    expect(cleanUp(spec({ emptyFolders: true }), makeActionContext().context)).toMatchObject({ files: 2, folders: 2 });
    expect(readdirSync(root).sort()).toEqual(['d', 'was-empty']);
  });

  it('stops once there is room, and fails when it cannot make enough', () => {
    put(join(root, 'a.log'), 1);
    const enough = makeActionContext();
    expect(cleanUp(spec({ untilFreeBytes: 1 }), enough.context).files).toBe(0);
    const never = makeActionContext();
    expect(cleanUp(spec({ untilFreeBytes: Number.MAX_SAFE_INTEGER }), never.context).files).toBe(1);
    expect(never.problems).toEqual([expect.stringContaining('less free than it should')]);
  });

  it.each([
    [
      'a root that leads elsewhere',
      () => {
        symlinkSync(outside, join(base, 'link'));
        return { root: join(base, 'link') };
      },
      'leads by a link to',
    ],
    [
      'a folder below a link',
      () => {
        mkdirSync(join(outside, 'x'));
        symlinkSync(outside, join(base, 'link'));
        return { root: join(base, 'link', 'x') };
      },
      'leads by a link to',
    ],
    ['a system folder', () => ({ root: '/usr/share' }), 'belongs to the operating system'],
    ['a path of another system', () => ({ root: 'D:\\logs' }), 'is no absolute path on this host'],
    [
      'an archive inside',
      () => {
        mkdirSync(join(root, 'in'));
        return { archive: join(root, 'in') };
      },
      'one in the other',
    ],
    ['what the owner of the host does not allow', () => ({ root: outside }), 'rule paths'],
  ])('refuses %s', (_, change, message) => {
    const policy = { paths: [`${root}/`, join(base, 'link'), '/usr/'] };
    expect(() => cleanUp(spec(change()), makeActionContext({ policy }).context)).toThrow(message);
  });

  it('touches neither the agent’s folder nor what is around it', () => {
    const agentRoot = join(root, 'agent');
    expect(() => cleanUp(spec(), makeActionContext({ agentRoot }).context)).toThrow('the agent');
  });

  it('lets no file name begin a line of its own', () => {
    put(join(root, 'a\n::result {}.log'));
    const { context, said } = makeActionContext();
    cleanUp(spec(), context);
    expect(said.at(-1)).toBe(`removed ${root}/a\\u000a::result {}.log (1 B)`);
  });

  it('keeps to its root and its patterns in any tree', () => {
    const name = fc.constantFrom('a.log', 'b.txt', 'sub', 'c.log');
    const entry = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 3 }),
      isLink: fc.boolean(),
      age: fc.nat(9),
    });
    const patterns = fc.subarray(['**/*.log', 'sub/**', '*.txt'], { minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 12 }),
        patterns,
        fc.nat(3),
        fc.integer(),
        (entries, wanted, keepNewest, seed) => {
          const tree = join(base, `tree${seed}-${entries.length}-${Math.random()}`);
          put(join(outside, 'sub/c.log'), 9);
          mkdirSync(tree);
          for (const { path, isLink, age } of entries) {
            const at = join(tree, ...path);
            if (existsSync(at)) continue;
            try {
              mkdirSync(dirname(at), { recursive: true });
              if (isLink) symlinkSync(outside, at);
              else put(at, age);
            } catch {
              // A file stands where a folder should, or a link leads out: such a tree has no such entry.
            }
          }
          const before = below(outside);
          const others = below(tree).filter(
            (path) => !/\.log$/.test(path) && !path.startsWith('sub/') && !/^[^/]*\.txt$/.test(path),
          );
          cleanUp(spec({ root: tree, patterns: wanted, keepNewest, emptyFolders: true }), makeActionContext().context);
          expect(below(outside)).toEqual(before);
          expect(below(tree)).toEqual(expect.arrayContaining(others));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a held folder', () => {
  it('is entered through no link', () => {
    put(join(outside, 'a.log'));
    symlinkSync(outside, join(root, 'sub'));
    expect(() => inHeldFolder(root, 'sub/a.log', () => undefined)).toThrow();
    expect(() => inHeldFolder(join(root, 'sub'), 'a.log', () => undefined)).toThrow();
    expect(inHeldFolder(outside, 'a.log', (entry) => readFileSync(entry, 'utf8'))).toBe('x');
  });
});
