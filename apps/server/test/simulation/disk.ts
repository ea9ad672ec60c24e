import { dirname } from 'node:path';
import type { Random } from './random.js';

/** Content of a file; `data` is never changed in place, so a copy is an assignment. */
interface Inode {
  data: Buffer;
  /** As it stands on the platter; undefined: nothing of it does. */
  durable: Buffer | undefined;
  mtimeMs: number;
}

type Folder = Map<string, Inode>;

const empty = Buffer.alloc(0);

/**
 * A host's disk. The end of a process takes nothing from it. A power cut takes what no `fsync` confirmed: of content an
 * arbitrary tail, sometimes with rubbish in its place, and of names (made, renamed, removed) the newest ones, back to the
 * last `fsync` of any file, since file systems with a journal (NTFS, ext4) keep the order of names.
 */
export class Disk {
  private folders = new Map<string, Folder>();
  /** How to take back each change of a name since the last flush. */
  private undo: (() => void)[] = [];
  capacityBytes = Number.POSITIVE_INFINITY;
  usedBytes = 0;

  makeFolder(path: string): void {
    for (let at = path; at !== '/' && at !== '.' && !this.folders.has(at); at = dirname(at))
      this.folders.set(at, new Map());
  }

  list(path: string): string[] {
    const folder = this.folders.get(path);
    if (!folder) throw failure('ENOENT', path);
    return [...folder.keys()];
  }

  hasFolder(path: string): boolean {
    return this.folders.has(path);
  }

  find(path: string): Inode | undefined {
    return this.folders.get(dirname(path))?.get(nameIn(path));
  }

  create(path: string, nowMs: number): Inode {
    const inode = { data: empty, durable: undefined, mtimeMs: nowMs };
    this.link(path, inode);
    return inode;
  }

  rename(from: string, to: string): void {
    const inode = this.find(from);
    if (!inode) throw failure('ENOENT', from);
    // One entry of the journal: a power cut leaves both names as they were, or both as they shall be.
    const at = this.undo.length;
    this.unlink(from);
    this.link(to, inode);
    const steps = this.undo.splice(at);
    this.undo.push(() => {
      for (const step of steps.reverse()) step();
    });
  }

  remove(path: string): void {
    this.unlink(path);
  }

  /** @returns how many bytes there was room for */
  write(inode: Inode, bytes: Buffer, at: number, nowMs: number): number {
    const grows = Math.max(0, at + bytes.length - inode.data.length);
    const room = Math.max(0, this.capacityBytes - this.usedBytes);
    const taken = grows <= room ? bytes.length : Math.max(0, bytes.length - (grows - room));
    if (bytes.length > 0 && taken === 0) throw failure('ENOSPC', 'write');
    const before = inode.data;
    const size = Math.max(before.length, at + taken);
    const data = Buffer.alloc(size);
    before.copy(data);
    bytes.copy(data, at, 0, taken);
    inode.data = data;
    inode.mtimeMs = nowMs;
    this.usedBytes += size - before.length;
    return taken;
  }

  resize(inode: Inode, size: number, nowMs: number): void {
    const data = Buffer.alloc(size);
    inode.data.copy(data);
    this.usedBytes += size - inode.data.length;
    inode.data = data;
    inode.mtimeMs = nowMs;
  }

  flush(inode: Inode): void {
    inode.durable = inode.data;
    this.undo = [];
  }

  /** The power is gone and comes back. */
  cutPower(random: Random): void {
    // Mostly little is taken back: the journal is written every few seconds.
    const keep = random.chance(0.5) ? this.undo.length : random.below(this.undo.length + 1);
    for (const step of this.undo.splice(keep).reverse()) step();
    this.undo = [];
    const seen = new Set<Inode>();
    for (const folder of this.folders.values())
      for (const inode of folder.values()) if (inode.durable !== inode.data && !seen.has(inode)) seen.add(inode);
    for (const inode of seen) {
      inode.data = afterPowerCut(inode, random);
      inode.durable = inode.data;
    }
    this.count();
  }

  /** Everything as it stands, as a snapshot of a virtual machine keeps it. */
  copy(): Disk {
    const copy = new Disk();
    for (const [path, folder] of this.folders)
      copy.folders.set(path, new Map([...folder].map(([name, inode]) => [name, { ...inode }])));
    copy.capacityBytes = this.capacityBytes;
    copy.count();
    return copy;
  }

  private link(path: string, inode: Inode): void {
    const folder = this.folders.get(dirname(path));
    if (!folder) throw failure('ENOENT', path);
    const name = nameIn(path);
    const before = folder.get(name);
    if (before) this.usedBytes -= before.data.length;
    this.usedBytes += inode.data.length;
    folder.set(name, inode);
    this.undo.push(() => (before ? folder.set(name, before) : folder.delete(name)));
  }

  private unlink(path: string): void {
    const folder = this.folders.get(dirname(path));
    const name = nameIn(path);
    const before = folder?.get(name);
    if (!folder || !before) return;
    folder.delete(name);
    this.usedBytes -= before.data.length;
    this.undo.push(() => folder.set(name, before));
  }

  private count(): void {
    this.usedBytes = 0;
    for (const folder of this.folders.values()) for (const { data } of folder.values()) this.usedBytes += data.length;
  }
}

function afterPowerCut({ data, durable = empty }: Inode, random: Random): Buffer {
  if (data.length < durable.length) return random.chance(0.5) ? data : durable;
  const kept = durable.length + random.below(data.length - durable.length + 1);
  const whole = data.subarray(0, durable.length).equals(durable)
    ? data.subarray(0, kept)
    : random.pick([data, durable]);
  // Length is a matter of names, content is not: a tail of zeros is what NTFS and XFS leave.
  return kept < data.length && random.chance(0.25)
    ? Buffer.concat([whole, Buffer.alloc(random.below(data.length - kept + 1))])
    : whole;
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
