import { readdirSync, readFileSync } from 'node:fs';

/** What a living process has used. */
export interface ProcessUse {
  /** CPU time of all its threads since they started, in ms. */
  readonly cpuMs: number;
  /** Resident memory now, in bytes. */
  readonly rssBytes: number;
}

/**
 * Reads what a process has used from `/proc` (proc(5): `schedstat` counts nanoseconds, where `stat` counts in hundredths
 * of a second, too coarse for something idle). Threads that ended are not counted.
 * @returns undefined where there is no `/proc`, or no such process
 */
export function useOf(pid: number): ProcessUse | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map((thread) => Number(readProc(`${pid}/task/${thread}/schedstat`).split(' ')[0]));
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`))?.[1];
    if (kibibytes === undefined) return undefined;
    return { cpuMs: nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6, rssBytes: Number(kibibytes) * 1024 };
  } catch {
    return undefined; // Ended meanwhile, or another system: not measured is an answer.
  }
}

function readProc(path: string): string {
  return readFileSync(`/proc/${path}`, 'utf8');
}

/**
 * CPU time of a process and its children, those included that ended and were waited for (proc(5): `utime`, `stime`,
 * `cutime`, `cstime`), in ms; hundredths of a second are as exact as it gets.
 * @returns undefined where there is no `/proc`
 */
export function treeCpuMs(pid: number): number | undefined {
  try {
    const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const stats = ids.flatMap((id) => statOf(id));
    const own = stats.find((stat) => stat.pid === pid);
    if (!own) return undefined;
    const children = stats.filter((stat) => stat.parent === pid);
    return (own.ticks + own.endedTicks + children.reduce((sum, stat) => sum + stat.ticks, 0)) * 10;
  } catch {
    return undefined;
  }
}

function statOf(id: string) {
  try {
    const text = readProc(`${id}/stat`);
    // The name in parentheses may hold anything, so that fields are counted behind it.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return [{ pid: Number(id), parent: fields[1], ticks: utime + stime, endedTicks: cutime + cstime }];
  } catch {
    return []; // Ended between the listing and the look.
  }
}
