import type { Disk } from '../disk.js';
import { failure } from '../disk.js';
import { type Process, world } from '../world.js';

/**
 * `node:fs` of the simulation: every process sees its host's disk under a folder of its own, which is gone when the process
 * is. So a dead process writes nothing, whatever its promises still try.
 */
interface Mount {
  readonly disk: Disk;
  readonly process: Process;
  /** Changes until the process dies in the middle of one; infinite where it shall not. */
  lastChanges: number;
  /** What happens then. */
  onDeath: () => void;
}

const mounts = new Map<string, Mount>();
const open = new Map<
  number,
  {
    readonly mount: Mount;
    readonly inode: NonNullable<ReturnType<Disk['find']>>;
    at: number;
    readonly appends: boolean;
  }
>();
let handles = 100;

/** @returns where the process finds its disk */
export function mount(process: Process, disk: Disk, onDeath: () => void): { root: string; mount: Mount } {
  const made = { disk, process, lastChanges: Number.POSITIVE_INFINITY, onDeath };
  const root = `/disk${process.pid}`;
  mounts.set(root, made);
  disk.makeFolder('/data');
  return { root: `${root}/data`, mount: made };
}

export function unmountAll(): void {
  mounts.clear();
  open.clear();
}

interface Place {
  readonly mount: Mount;
  readonly path: string;
}

function placeOf(path: string): Place | undefined {
  const second = path.indexOf('/', 1);
  const mount = mounts.get(second === -1 ? path : path.slice(0, second));
  if (!mount) return undefined;
  if (!mount.process.alive) throw failure('EIO', `${path}: its process is dead`);
  return { mount, path: second === -1 ? '/' : path.slice(second) };
}

function place(path: string): Place {
  const found = placeOf(path);
  if (!found) throw failure('ENOENT', path);
  return found;
}

/** Before anything is changed: a process may die at any such point. */
function change(mount: Mount): void {
  if (!mount.process.alive) throw failure('EIO', 'its process is dead');
  mount.lastChanges -= 1;
  if (mount.lastChanges >= 0) return;
  mount.onDeath();
  throw failure('EIO', 'its process is dead');
}

export function existsSync(path: string): boolean {
  const found = placeOf(path);
  return (
    found !== undefined && (found.mount.disk.find(found.path) !== undefined || found.mount.disk.hasFolder(found.path))
  );
}

export function mkdirSync(path: string): void {
  const { mount, path: inside } = place(path);
  mount.disk.makeFolder(inside);
}

export function readdirSync(path: string): string[] {
  const { mount, path: inside } = place(path);
  return mount.disk.list(inside);
}

export function openSync(path: string, flags: string): number {
  const { mount, path: inside } = place(path);
  const { disk } = mount;
  let inode = disk.find(inside);
  if (!inode && (flags === 'r' || flags === 'r+')) throw failure('ENOENT', path);
  if (!inode) {
    change(mount);
    inode = disk.create(inside, world().clockMs);
  } else if (flags === 'w') {
    change(mount);
    disk.resize(inode, 0, world().clockMs);
  }
  handles += 1;
  open.set(handles, { mount, inode, at: 0, appends: flags === 'a' });
  return handles;
}

function handleOf(file: number) {
  const handle = open.get(file);
  if (!handle) throw failure('EBADF', String(file));
  return handle;
}

export function closeSync(file: number): void {
  open.delete(file);
}

/** Positional and text forms both, as `node:fs` has them. */
export function writeSync(
  file: number,
  content: string | Uint8Array,
  offset = 0,
  length?: number | string,
  position?: number | null,
): number {
  const handle = handleOf(file);
  const { mount, inode } = handle;
  const all = typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content);
  const bytes =
    typeof content === 'string' ? all : all.subarray(offset, offset + Number(length ?? all.length - offset));
  if (mount.lastChanges === 0 && bytes.length > 1) {
    // Dies in the middle of it.
    const part = bytes.subarray(0, world().random.below(bytes.length));
    if (part.length > 0)
      mount.disk.write(inode, part, position ?? (handle.appends ? inode.data.length : handle.at), world().clockMs);
  }
  change(mount);
  const at = position ?? (handle.appends ? inode.data.length : handle.at);
  const written = mount.disk.write(inode, bytes, at, world().clockMs);
  if (position === undefined || position === null) handle.at = at + written;
  return written;
}

export function readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number {
  const { inode } = handleOf(file);
  const part = inode.data.subarray(position, position + length);
  into.set(part, offset);
  return part.length;
}

export function fsyncSync(file: number): void {
  const { mount, inode } = handleOf(file);
  change(mount);
  mount.disk.flush(inode);
}

export function fstatSync(file: number) {
  return statOf(handleOf(file).inode);
}

export function ftruncateSync(file: number, size: number): void {
  const { mount, inode } = handleOf(file);
  change(mount);
  mount.disk.resize(inode, size, world().clockMs);
}

export function readFileSync(path: string, encoding?: string | { encoding: string }): string | Buffer {
  const { mount, path: inside } = place(path);
  const inode = mount.disk.find(inside);
  if (!inode) throw failure('ENOENT', path);
  return encoding === undefined ? Buffer.from(inode.data) : inode.data.toString('utf8');
}

export function writeFileSync(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, content);
  } finally {
    closeSync(file);
  }
}

export function renameSync(from: string, to: string): void {
  const { mount, path } = place(from);
  change(mount);
  mount.disk.rename(path, place(to).path);
}

export function rmSync(path: string): void {
  const { mount, path: inside } = place(path);
  if (!mount.disk.find(inside)) return;
  change(mount);
  mount.disk.remove(inside);
}

export function statSync(path: string, options?: { throwIfNoEntry?: boolean }) {
  const { mount, path: inside } = place(path);
  const inode = mount.disk.find(inside);
  if (inode) return statOf(inode);
  if (options?.throwIfNoEntry === false) return undefined;
  throw failure('ENOENT', path);
}

function statOf({ data, mtimeMs }: { data: Buffer; mtimeMs: number }) {
  return { size: data.length, mtimeMs };
}

export function statfsSync(path: string): { bavail: number; bsize: number } {
  const { disk } = place(path).mount;
  return { bavail: Math.min(2 ** 40, Math.max(0, disk.capacityBytes - disk.usedBytes)), bsize: 1 };
}

export function utimesSync(path: string, _atime: number, mtime: number): void {
  const { mount, path: inside } = place(path);
  const inode = mount.disk.find(inside);
  if (!inode) throw failure('ENOENT', path);
  inode.mtimeMs = mtime * 1_000;
}

/** The product lives without it: what is watched is also polled. */
export function watch(): never {
  throw failure('ENOSYS', 'watch');
}

function missing(name: string) {
  return () => {
    throw new Error(`node:fs.${name} has no place in the simulation yet`);
  };
}

export const chmodSync = missing('chmodSync');
export const linkSync = missing('linkSync');
export const mkdtempSync = missing('mkdtempSync');
export const createReadStream = missing('createReadStream');
export const createWriteStream = missing('createWriteStream');
export const accessSync = missing('accessSync');
export const copyFileSync = missing('copyFileSync');
export const lstatSync = missing('lstatSync');
export const realpathSync = missing('realpathSync');
export const unlinkSync = rmSync;
export const appendFileSync = missing('appendFileSync');
export const readlinkSync = missing('readlinkSync');
export const constants = {};
export default {};
