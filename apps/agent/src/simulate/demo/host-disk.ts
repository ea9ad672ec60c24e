import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { WrongDefinition } from '../../actions/action-context.js';
import { asOnHost, diskPath } from './disk-path.js';
import { seedDisk } from './disk-seed.js';

export interface DiskFacts {
  /** Of all disks; a host's is a folder of its name in it. */
  readonly disks: string;
  readonly host: string;
  readonly seed: number;
  readonly nowMs: number;
}

/** Of a disk that is being made, and that nobody uses yet. */
const unfinished = '.new';

/** What a host of the demo has for disks: a folder on this machine, with a folder for each drive and one for shares. */
export class HostDisk {
  private constructor(private readonly root: string) {}

  /** @throws Error when the folder cannot be made */
  static open(facts: DiskFacts): HostDisk {
    const folder = join(facts.disks, facts.host);
    if (!existsSync(folder)) make(folder, facts);
    // Actions work on no path that a link is part of, and the demo's own folder may stand behind one.
    return new HostDisk(realpathSync.native(folder));
  }

  /** The folder of the host's agent, which no action may touch. */
  get agentRoot(): string {
    return join(this.root, 'C', 'ProgramData', 'Carillon');
  }

  /**
   * Where a path of a definition is on this machine.
   * @param field name of the path in the job file
   * @throws WrongDefinition when it is none of a Windows host
   */
  at(path: string, field: string): string {
    const found = diskPath(path);
    if (!found.ok) throw new WrongDefinition(`${field}: ${found.message}`);
    return found.parts.reduce((folder, name) => join(folder, asWritten(folder, name)), this.root);
  }

  shown(text: string): string {
    return asOnHost(text, this.root);
  }
}

/** Windows takes upper and lower case for the same; a name that is there otherwise is taken as it is there. */
function asWritten(folder: string, name: string): string {
  if (existsSync(join(folder, name)) || !lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return name;
  const wanted = name.toLowerCase();
  return readdirSync(folder).find((entry) => entry.toLowerCase() === wanted) ?? name;
}

/** Under another name until it is whole; of two that make it at the same time the first one counts. */
function make(folder: string, { host, seed, nowMs }: DiskFacts): void {
  const work = `${folder}.${process.pid}-${threadId}${unfinished}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  seedDisk(work, { seed, host, nowMs });
  try {
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** What an earlier demo left that was killed while it made disks. */
export function clearUnfinished(disks: string): void {
  for (const name of existsSync(disks) ? readdirSync(disks) : [])
    if (name.endsWith(unfinished)) rmSync(join(disks, name), { recursive: true, force: true });
}
