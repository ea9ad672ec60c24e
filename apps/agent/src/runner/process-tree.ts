import { setTimeout as wait } from 'node:timers/promises';

/** Between asking a tree to end and ending it. */
export const graceMs = 10_000;

/** What a program and everything it started have used. */
export interface ProcessUse {
  /** Processor time of all of them. */
  readonly cpuMs: number;
  /** Most memory they held at one time; null when it was not seen. */
  readonly peakMemoryBytes: number | null;
}

/** A program and everything it started. */
export interface ProcessTree {
  /** Asks it to end, and ends it when it has not after the grace. Resolves when nothing more will be done to it. */
  end(): Promise<void>;
  /** Called once, when the program has ended. What it left in the background goes on. @returns undefined when nothing was measured */
  close(): ProcessUse | undefined;
}

/** Is there a process with this id? One that belongs to somebody else counts too. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits until something holds, looking again and again. @returns false when the time was over first */
export async function holdsWithin(limitMs: number, holds: () => boolean): Promise<boolean> {
  for (const deadlineMs = performance.now() + limitMs; !holds(); ) {
    if (performance.now() >= deadlineMs) return false;
    await wait(50);
  }
  return true;
}
