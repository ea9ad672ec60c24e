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
