import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from './action-report.js';

/** A file or folder below a root, as it was when it was listed. */
export interface Found {
  /** Below the root, parts joined by `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Tells this file from any other that may stand at its path later. */
  readonly identity: string;
}

export interface Walk {
  readonly files: readonly Found[];
  /** Folders with nothing in them. */
  readonly emptyFolders: readonly string[];
  /** Links and mounted disks, which are never followed. */
  readonly links: readonly string[];
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

export interface WalkOptions {
  /** Whether a file is of interest; what is not is not kept in mind. */
  readonly wants: (path: string) => boolean;
  /** Whether to go into a folder; all unless told otherwise. */
  readonly enters?: (path: string) => boolean;
}

/** Lists the files below a folder without ever leaving it: links, junctions and other disks mounted inside are passed over. */
export function walk(root: string, { wants, enters = () => true }: WalkOptions): Walk {
  const files: Found[] = [];
  const emptyFolders: string[] = [];
  const links: string[] = [];
  const problems: { path: string; reason: string }[] = [];
  const device = lstatSync(root, { bigint: true }).dev;
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    try {
      const entries = readdirSync(join(root, folder), { withFileTypes: true });
      if (entries.length === 0 && folder !== '') emptyFolders.push(folder);
      for (const entry of entries) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        try {
          const stats = lstatSync(join(root, path), { bigint: true });
          // Windows tells some mounted disks as folders here, and as links in the listing.
          const isElsewhere = stats.isDirectory() && (entry.isSymbolicLink() || stats.dev !== device);
          if (stats.isSymbolicLink() || isElsewhere) links.push(path);
          else if (stats.isDirectory()) {
            if (enters(path)) pending.push(path);
          } else if (stats.isFile() && wants(path)) files.push(foundAt(path, stats));
        } catch (error) {
          problems.push({ path, reason: reasonOf(error) });
        }
      }
    } catch (error) {
      problems.push({ path: folder === '' ? '.' : folder, reason: reasonOf(error) });
    }
  }
  return { files, emptyFolders, links, problems };
}

export function foundAt(path: string, stats: BigIntStats): Found {
  const modifiedMs = Number(stats.mtimeNs / 1_000_000n);
  return { path, bytes: Number(stats.size), modifiedMs, identity: `${stats.dev}:${stats.ino}` };
}

/** Is this still the file that was listed, as it was? */
export function isUnchanged(found: Found, stats: BigIntStats): boolean {
  const now = foundAt(found.path, stats);
  return (
    stats.isFile() &&
    now.identity === found.identity &&
    now.bytes === found.bytes &&
    now.modifiedMs === found.modifiedMs
  );
}
