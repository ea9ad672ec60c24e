import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fitsWildcard } from '@carillon/core/text/wildcard';
import { fileMark } from './file-mark.js';

/**
 * Files under a path whose last part may hold `*` and `?`; upper and lower case are the same, as on Windows. Folders do
 * not count, nor does what cannot be looked at.
 */
export function filesMatching(pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return isFile(pattern) ? [pattern] : [];
  const folder = dirname(pattern);
  const wanted = basename(pattern);
  try {
    return readdirSync(folder)
      .filter((name) => fitsWildcard(wanted, name, '?'))
      .map((name) => join(folder, name))
      .filter(isFile);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The same with what tells one state of a file from another; at most `limit` of them, in the order of their names. */
export function filesWithMarks(pattern: string, limit: number): { path: string; mark: string }[] {
  return filesMatching(pattern)
    .sort()
    .slice(0, limit)
    .map((path) => ({ path, mark: fileMark(path) }));
}
