import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DataFolder, isAlive, prepareDataFolder, readRunning, writeFileAtomic } from '@carillon/stack/data-folder';

/** What a folder says of the demo in it. */
export interface DemoMark {
  readonly seed: number;
  readonly hosts: number;
  /** Everything that a demo begins with is there; false while it is being filled. */
  readonly filled: boolean;
}

/** Keys of the simulated hosts, and how far they told. */
export function fleetStateFile({ root }: DataFolder): string {
  return join(root, 'demo-fleet.json');
}

/** What the hosts have for disks, a folder of its name each: jobs of the demo's users read and write there, and nowhere else. */
export function disksFolder({ root }: DataFolder): string {
  return join(root, 'hosts');
}

/**
 * The demo in a folder, or a new one. Real data is never touched: a folder that holds anything else is refused.
 * @param wanted of a new demo; `fresh` throws away the one that is there
 * @throws Error when the folder holds something else, or the demo in it runs
 */
export function openDemo(
  folder: DataFolder,
  wanted: { readonly seed: number; readonly hosts: number; readonly fresh: boolean },
  onProgress: (text: string) => void,
): DemoMark {
  const { root, demoFile } = folder;
  const isThere = existsSync(root) && readdirSync(root).length > 0;
  const before = existsSync(demoFile) ? (JSON.parse(readFileSync(demoFile, 'utf8')) as DemoMark) : undefined;
  if (isThere && !before)
    throw new Error(
      `${root} holds data that is not a demo's, which a demo must not be mixed with; choose another folder with CARILLON_DATA, or leave --demo out`,
    );
  const running = readRunning(folder);
  if (running && isAlive(running.pid)) return before ?? { ...wanted, filled: false };
  if (before?.filled && !wanted.fresh) return before;
  if (before) {
    onProgress(
      before.filled ? 'throwing the earlier demo away' : 'the earlier demo was not filled to its end; beginning anew',
    );
    rmSync(root, { recursive: true, force: true });
  }
  const { seed, hosts } = wanted;
  const mark = { seed, hosts, filled: false };
  prepareDataFolder(folder);
  writeMark(folder, mark);
  return mark;
}

export function writeMark({ demoFile }: DataFolder, mark: DemoMark): void {
  writeFileAtomic(demoFile, `${JSON.stringify(mark)}\n`, 0o644);
}
