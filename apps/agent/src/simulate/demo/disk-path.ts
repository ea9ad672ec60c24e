import { storedPathProblem } from '@carillon/core/action/backup-index';

/** Where on the disk of a demo's host a path is: a drive's letter or `UNC`, then names; or why it is nowhere there. */
export type DiskPath =
  | { readonly ok: true; readonly parts: readonly [string, ...string[]] }
  | { readonly ok: false; readonly message: string };

/** `\\server\share`, also with slashes; not `\\?\` and `\\.\`, which bypass Windows' own reading. */
const share = /^[\\/]{2}([^\\/?.][^\\/]*)[\\/]+([^\\/]+)(.*)$/s;
const drive = /^([A-Za-z]):([\\/].*)$/s;

/**
 * Reads a path as Windows does: slashes of both kinds, drives in any case, `..` that ends at the drive, no blanks and dots at
 * the ends of names. The parts never lead out of the folder that they are joined to, whatever the text is.
 */
export function diskPath(path: string): DiskPath {
  const onDrive = drive.exec(path);
  const onShare = share.exec(path);
  if (onDrive) return below(path, [(onDrive[1] ?? '').toUpperCase()], onDrive[2] ?? '');
  if (onShare) return below(path, ['UNC', onShare[1] ?? '', onShare[2] ?? ''], onShare[3] ?? '');
  const why = path.startsWith('/')
    ? 'it is a path of Unix, and hosts of the demo are Windows hosts'
    : 'it is not absolute';
  return refused(path, `${why}: expected one such as D:\\data or \\\\nas\\share\\data`);
}

function below(path: string, start: readonly [string, ...string[]], rest: string): DiskPath {
  const names: string[] = [];
  for (const name of rest.split(/[\\/]+/)) {
    const own = name.replace(/[. ]+$/, '');
    if (name === '..') names.pop();
    else if (own !== '') names.push(own);
  }
  const parts = [...start, ...names] as const;
  const why = storedPathProblem(parts.join('/'), true);
  return why === undefined ? { ok: true, parts } : refused(path, why);
}

function refused(path: string, why: string): DiskPath {
  return { ok: false, message: `${path}: ${why}` };
}

/** A text with the paths of this machine in it, as the host would say it. @param root of the disk, as it really is */
export function asOnHost(text: string, root: string): string {
  const [before = '', ...parts] = text.split(root);
  return before + parts.map(afterRoot).join('');
}

/** A path goes on to a sign that no name on Windows has. */
function afterRoot(text: string): string {
  const [whole = '', place = '', names = ''] =
    /^[\\/](UNC|[A-Z])(?![\w.-])((?:[\\/][^:;"<>|*?\r\n]*)?)/.exec(text) ?? [];
  if (whole === '') return `(the disk of this host)${text}`;
  const below = names.replaceAll('/', '\\');
  return `${place === 'UNC' ? `\\${below}` : `${place}:${below || '\\'}`}${text.slice(whole.length)}`;
}
