import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { holdsWithin, type ProcessTree, graceMs as usualGraceMs } from './process-tree.js';

/** Clock ticks in which Linux counts processor time: 100 a second wherever Node runs. */
const tickMs = 10;
const sampleMs = 250;

/** Off Windows a program leads a process group of its own, which gets SIGTERM and, when that does not help, SIGKILL. */
export function groupTree({ pid }: ChildProcess, graceMs = usualGraceMs): ProcessTree {
  if (pid === undefined) return { end: () => Promise.resolve(), close: () => undefined };
  const cpuBeforeMs = waitedCpuMs();
  let peakMemoryBytes = peakOf(pid);
  const sampling = setInterval(() => {
    peakMemoryBytes = Math.max(peakMemoryBytes ?? 0, peakOf(pid) ?? 0) || null;
  }, sampleMs);
  sampling.unref();
  return {
    end: async () => {
      signalGroup(pid, 'SIGTERM');
      if (!(await holdsWithin(graceMs, () => !signalGroup(pid, 0)))) signalGroup(pid, 'SIGKILL');
    },
    close: () => {
      clearInterval(sampling);
      const cpuMs = waitedCpuMs();
      return cpuMs === null || cpuBeforeMs === null ? undefined : { cpuMs: cpuMs - cpuBeforeMs, peakMemoryBytes };
    },
  };
}

/** @returns whether the group still has somebody in it */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/** Processor time of our children that have ended, and of theirs: the runner has one at a time. */
function waitedCpuMs(): number | null {
  const stat = readProc('/proc/self/stat');
  // The second field is a name in parentheses, which may hold blanks; cutime and cstime are fields 16 and 17.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields ? (Number(fields[13]) + Number(fields[14])) * tickMs : null;
}

/** Most memory that the program itself held so far. */
function peakOf(pid: number): number | null {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
