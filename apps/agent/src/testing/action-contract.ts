import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, parse } from 'node:path';
import type { BackupSpec } from '@carillon/core/action/backup';
import type { CleanupSpec } from '@carillon/core/action/cleanup';
import { backUp } from '../actions/backup.js';
import { cleanUp } from '../actions/cleanup.js';
import { restoreSet, verifySet } from '../actions/restore.js';
import { listSets } from '../actions/set-folder.js';
import { makeActionContext } from './action-context.js';

interface ActionCheck {
  readonly name: string;
  readonly needsJunctions?: true;
  /** @throws Error saying what is not as it should be */
  readonly check: (folder: string) => void;
}

/** What actions do with a real file system, whichever it is: kept on Linux, under Wine and on Windows. */
export const actionContract: readonly ActionCheck[] = [
  {
    name: 'a cleanup follows no junction',
    needsJunctions: true,
    check: (folder) => {
      put(join(folder, 'outside/a.log'));
      put(join(folder, 'root/a.log'));
      link(join(folder, 'outside'), join(folder, 'root/link'));
      const { files, links } = cleanUp(cleanup(join(folder, 'root')), makeActionContext().context);
      same([files, links, existsSync(join(folder, 'outside/a.log'))], [1, 1, true]);
    },
  },
  {
    name: 'a cleanup is not led out by a folder that becomes a junction',
    needsJunctions: true,
    check: (folder) => {
      const root = join(folder, 'root');
      put(join(folder, 'outside/a.log'));
      put(join(root, 'sub/a.log'));
      const { context } = makeActionContext({}, (line) => {
        if (!line.includes('files go') || existsSync(join(root, 'moved'))) return;
        renameSync(join(root, 'sub'), join(root, 'moved'));
        link(join(folder, 'outside'), join(root, 'sub'));
      });
      same(
        [cleanUp(cleanup(root, { emptyFolders: true }), context).files, existsSync(join(folder, 'outside/a.log'))],
        [0, true],
      );
    },
  },
  {
    name: 'a cleanup works in no root that is behind a junction, and in no whole drive',
    needsJunctions: true,
    check: (folder) => {
      put(join(folder, 'outside/a.log'));
      link(join(folder, 'outside'), join(folder, 'link'));
      for (const root of [join(folder, 'link'), parse(folder).root])
        throws(() => cleanUp(cleanup(root), makeActionContext().context));
    },
  },
  {
    name: 'a cleanup empties folders and leaves the rest',
    check: (folder) => {
      put(join(folder, 'root/a/b/c.log'));
      put(join(folder, 'root/d/e.log'));
      put(join(folder, 'root/d/f.txt'));
      const result = cleanUp(cleanup(join(folder, 'root'), { emptyFolders: true }), makeActionContext().context);
      same([result.files, result.folders, readdirSync(join(folder, 'root'))], [2, 2, ['d']]);
    },
  },
  {
    name: 'a backup gives back long paths and other scripts, byte for byte',
    check: (folder) => {
      const [from, to, back] = ['data', 'sets', 'back'].map((name) => join(folder, name)) as [string, string, string];
      const long = join(...Array.from({ length: 8 }, (_, index) => `${index}`.repeat(40)), '备份.txt');
      put(join(from, long), '内容');
      put(join(from, 'a.txt'), 'one');
      for (const path of [to, back]) mkdirSync(path);
      const kinds = [0, 1].map((day) => {
        const { context, problems } = makeActionContext({ nowMs: Date.UTC(2026, 10, 29 + day) });
        const { kind } = backUp(backup(from, to), context);
        same(problems, []);
        return kind;
      });
      same(kinds, ['full', 'incremental']);
      const sets = join(to, 'sample-host/sample');
      const header = listSets(sets).sets.at(-1);
      if (!header) throw new Error('no set');
      const { context, problems } = makeActionContext();
      verifySet(sets, header, context.report);
      restoreSet(sets, header, { to: back, overwrite: false, isDryRun: false }, context.report);
      same(problems, []);
      const stored = readdirSync(back, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const texts = stored.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
      same(texts.sort(), ['one', '内容']);
    },
  },
  ...(process.platform === 'win32' ? onWindows() : []),
];

function onWindows(): ActionCheck[] {
  return [
    {
      name: 'a cleanup takes upper and lower case for the same',
      check: (folder) => {
        put(join(folder, 'root/Sub/A.LOG'));
        same(cleanUp(cleanup(join(folder, 'ROOT'), { patterns: ['sub/*.log'] }), makeActionContext().context).files, 1);
      },
    },
    {
      name: 'a cleanup names a file that is in use, and leaves it',
      check: (folder) => {
        const path = join(folder, 'root', 'a.log');
        put(path);
        // Open for nobody else (UV_FS_O_EXLOCK).
        const held = openSync(path, 0x1000_0002);
        const { context, problems } = makeActionContext();
        const { files, inUse } = cleanUp(cleanup(join(folder, 'root')), context);
        closeSync(held);
        same([files, inUse, problems, existsSync(path)], [0, 1, [], true]);
      },
    },
  ];
}

function cleanup(root: string, changes: Partial<CleanupSpec> = {}): CleanupSpec {
  const open = { olderThanMs: null, largerThanBytes: null, keepNewest: 0, untilFreeBytes: null, emptyFolders: false };
  return { root, patterns: ['**/*.log'], ...open, archive: null, ...changes };
}

function backup(from: string, to: string): BackupSpec {
  const rest = { mode: 'incremental', compare: 'size+mtime', verify: true, keep: { count: null, days: null } } as const;
  return { from: [from], to, exclude: [], ...rest };
}

function link(to: string, at: string): void {
  symlinkSync(to, at, 'junction');
}

/** Wine makes none, so nobody can be led by one there. */
export function hasJunctions(folder: string): boolean {
  try {
    link(folder, join(folder, 'junction'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTSUP') return false;
    throw error;
  }
}

function put(path: string, text = 'x'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`);
}

function throws(act: () => unknown): void {
  try {
    act();
  } catch {
    return;
  }
  throw new Error('expected it to be refused');
}
