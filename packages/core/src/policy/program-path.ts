import type { Objection } from '../text/expected-texts.js';

/**
 * Why a text cannot be compared with others as an absolute path: one and the same file must not be sayable in a second
 * way. Refused are relative paths (found by search), `..`, forms of Windows that bypass its own reading (`\\?\`, streams
 * after a colon, short names with `~1`), variables and wildcards.
 * @returns undefined when there is nothing wrong
 */
export function pathProblem(path: string): Objection | undefined {
  const drive = /^[A-Za-z]:[\\/]/.test(path);
  if (!drive && !/^\\\\[^\\/?.]/.test(path) && !path.startsWith('/')) return 'it is not absolute';
  const rest = drive ? path.slice(2) : path;
  if (/[*?"<>|%:\p{Cc}]/u.test(rest)) return 'it has a wildcard, a variable, a stream or a sign that file names forbid';
  const segments = rest.split(/[\\/]/);
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it has . or .. in it';
  if (segments.some((segment) => /~\d/.test(segment))) return 'it may be a short name of another path';
  return undefined;
}

/**
 * Is this program the one that is allowed, or below the folder that is? Both without `pathProblem`.
 * @param allowed a program, or a folder when it ends in a slash of either kind
 */
export function isProgramUnder(allowed: string, program: string, ignoreCase: boolean): boolean {
  const [wanted, found] = [pathKey(allowed, ignoreCase), pathKey(program, ignoreCase)];
  return /[\\/]$/.test(allowed) ? found.startsWith(`${wanted}/`) : found === wanted;
}

/** Is this the folder itself or something below it? Both without `pathProblem`. */
export function isPathWithin(folder: string, path: string, ignoreCase: boolean): boolean {
  const [outer, inner] = [pathKey(folder, ignoreCase), pathKey(path, ignoreCase)];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** Windows takes slashes of both kinds, several in a row, and drops blanks and dots at the ends of names. */
function pathKey(path: string, ignoreCase: boolean): string {
  const start = path.startsWith('\\\\') ? '//' : '';
  const names = path
    .split(ignoreCase ? /[\\/]+/ : /\/+/)
    .map((name) => (ignoreCase ? name.replace(/[. ]+$/, '') : name));
  const key = start + names.filter((name, index) => name !== '' || index === 0).join('/');
  return ignoreCase ? key.toLowerCase() : key;
}
