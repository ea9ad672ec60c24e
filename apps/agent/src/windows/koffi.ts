import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { writeFileDurably } from '../state/files.js';

/** The part of koffi's native module that is used: functions of system libraries by their C prototypes. */
export interface Koffi {
  readonly version: string;
  load(library: string): { func(prototype: string): (...values: unknown[]) => unknown };
}

export type LoadedKoffi =
  | { readonly ok: true; readonly koffi: Koffi }
  /** What was looked for, or why it does not load. */
  | { readonly ok: false; readonly reason: string };

const fileName = 'koffi.node';
const packageName = '@koromix/koffi-win32-x64';

let loaded: LoadedKoffi | undefined;

/**
 * Koffi, which calls Windows without a compiler; loaded once, and only on Windows. It is looked for beside the program, in
 * the agent's folder (see `unpackKoffi`), and among the packages. Whoever uses it has a way without it.
 * @param nativeFolder where `unpackKoffi` puts it
 */
export function loadKoffi(nativeFolder: string): LoadedKoffi {
  loaded ??= process.platform === 'win32' ? find(nativeFolder) : { ok: false, reason: 'not on Windows' };
  return loaded;
}

function find(nativeFolder: string): LoadedKoffi {
  const require = createRequire(process.execPath);
  const asset = koffiAsset();
  const unpacked = asset && join(nativeFolder, nameOf(asset));
  const failures: string[] = [];
  for (const path of [join(dirname(process.execPath), fileName), unpacked, packagePath()]) {
    if (path === undefined || !existsSync(path)) continue;
    // The folder may be writable for more accounts than the program's own is: only what we shipped is loaded from it.
    if (path === unpacked && !readFileSync(path).equals(asset as Buffer)) continue;
    try {
      return { ok: true, koffi: require(path) as Koffi };
    } catch (error) {
      failures.push(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return {
    ok: false,
    reason: failures.join('; ') || `no ${fileName} beside ${process.execPath} or in ${nativeFolder}`,
  };
}

/**
 * Writes out the native module that the single executable carries as the asset `koffi.node`: Windows loads libraries from
 * files only. Done by the agent, whose account may write there; runners only read.
 */
export function unpackKoffi(nativeFolder: string): void {
  const asset = koffiAsset();
  if (asset === undefined) return;
  const path = join(nativeFolder, nameOf(asset));
  if (existsSync(path) && readFileSync(path).equals(asset)) return;
  mkdirSync(nativeFolder, { recursive: true });
  writeFileDurably(path, asset, 0o644);
}

/** A name of its own for each content: a library that is in use cannot be replaced. */
function nameOf(asset: Buffer): string {
  return `koffi-${createHash('sha256').update(asset).digest('hex').slice(0, 16)}.node`;
}

function koffiAsset(): Buffer | undefined {
  if (!isSea()) return undefined;
  try {
    return Buffer.from(getAsset(fileName));
  } catch {
    return undefined;
  }
}

/** Where npm has put it, for an agent that runs from its sources on Windows. */
function packagePath(): string | undefined {
  try {
    const [, script = process.execPath] = process.argv;
    const manifest = createRequire(script).resolve(`${packageName}/package.json`);
    return join(dirname(manifest), 'win32_x64', fileName);
  } catch {
    return undefined;
  }
}
