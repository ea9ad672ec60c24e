import type { Objection } from '../text/expected-texts.js';

/**
 * Why an action must not delete in a folder: it is a whole drive or share, belongs to the system, or is where people and
 * programs have everything. Said of the path as it is written; whoever looks at the disk asks again about the real one.
 * @param path absolute, without `pathProblem`
 * @returns undefined when it may
 */
export function protectedPath(path: string): Objection | undefined {
  const names = path.split(/[\\/]+/).filter(Boolean);
  if (path.startsWith('\\\\')) {
    if (names.length <= 2) return 'it is a whole share';
    const [, share = '', ...below] = names;
    // An administrative share is a drive by another name.
    return /^[A-Za-z]\$$/.test(share) ? onDrive(below) : share.toLowerCase() === 'admin$' ? system : undefined;
  }
  if (/^[A-Za-z]:/.test(path)) return onDrive(names.slice(1));
  return onUnix(names);
}

const system = 'it belongs to the operating system';
const systemFolders = new Set([
  'windows',
  'winnt',
  'system volume information',
  '$recycle.bin',
  'recovery',
  'boot',
  'efi',
]);
/** Below these it is each program's or person's own; the folders themselves are everybody's. */
const sharedFolders = new Set(['program files', 'program files (x86)', 'programdata', 'documents and settings']);
/** What a system folder holds for the very purpose of being cleaned. */
const cleanable = new Set(['windows/temp', 'windows/logs']);

function onDrive(below: readonly string[]): Objection | undefined {
  const names = below.map((name) => name.replace(/[. ]+$/, '').toLowerCase());
  const [first = '', second = ''] = names;
  if (names.length === 0) return 'it is a whole drive';
  if (systemFolders.has(first)) return cleanable.has(`${first}/${second}`) ? undefined : system;
  if (names.length === 1 && sharedFolders.has(first)) return 'it holds all programs or their data';
  if (first === 'users' && names.length <= 2) return "it holds a person's whole profile";
  return undefined;
}

const unixSystem = new Set(['bin', 'boot', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'proc', 'run', 'sbin', 'sys', 'usr']);

function onUnix(names: readonly string[]): Objection | undefined {
  const [first = ''] = names;
  if (names.length === 0) return 'it is the whole system';
  if (unixSystem.has(first)) return system;
  if (names.length === 1) return 'it is one of the topmost folders';
  return first === 'home' && names.length === 2 ? "it holds a person's whole profile" : undefined;
}
