import { statfsSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';

/** Processor time since the host started, summed over all processors; milliseconds. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly totalMs: number;
}

export function cpuTimes(): CpuTimes {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    const allMs = times.user + times.nice + times.sys + times.idle + times.irq;
    totalMs += allMs;
    busyMs += allMs - times.idle;
  }
  return { busyMs, totalMs };
}

/** Share of all processors in use between two looks, 0-100; undefined when no time has passed. */
export function cpuPercentBetween(before: CpuTimes, after: CpuTimes): number | undefined {
  const totalMs = after.totalMs - before.totalMs;
  return totalMs > 0 ? (100 * (after.busyMs - before.busyMs)) / totalMs : undefined;
}

/** Share of physical memory in use, 0-100. */
export function memoryPercent(): number {
  return 100 * (1 - freemem() / totalmem());
}

/** Share of a disk in use, 0-100; undefined when there is no such disk. @param disk a drive such as `C:`, or a folder */
export function diskPercent(disk: string): number | undefined {
  try {
    const { blocks, bavail } = statfsSync(/^[A-Za-z]:$/.test(disk) ? `${disk}\\` : disk);
    return blocks > 0 ? 100 * (1 - bavail / blocks) : undefined;
  } catch {
    return undefined;
  }
}
