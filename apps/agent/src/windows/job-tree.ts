import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { selfCommand } from '../lib/self-command.js';
import { graceMs, type ProcessTree, type ProcessUse } from '../runner/process-tree.js';
import { JobObject } from './job-object.js';
import type { Koffi } from './koffi.js';

const lookMs = 50;
/** What `taskkill /f` leaves too. */
const killedCode = 1;

/**
 * A program's tree in a job object. It must be made before the program is started and take it right after: what the
 * program starts before that is outside, and a program needs longer to come to its first line.
 * @returns undefined when there is no job object to be had
 */
export function jobTree(koffi: Koffi, data: string): ((child: ChildProcess) => ProcessTree | undefined) | undefined {
  const job = JobObject.create(koffi);
  if (!job) return undefined;
  return (child) => {
    if (child.pid !== undefined && job.add(child.pid)) return new JobTree(job, child.pid, data);
    job.letGo();
    return undefined;
  };
}

class JobTree implements ProcessTree {
  constructor(
    private readonly job: JobObject,
    private readonly pid: number,
    private readonly data: string,
  ) {}

  async end(): Promise<void> {
    ask(selfCommand('interrupt', '--data', this.data, String(this.pid)));
    // Programs with windows get theirs closed.
    ask({ command: 'taskkill', arguments: ['/pid', String(this.pid), '/t'] });
    const deadlineMs = performance.now() + graceMs;
    while (this.job.use().activeProcesses > 0) {
      if (performance.now() >= deadlineMs) return this.job.terminate(killedCode);
      await wait(lookMs);
    }
  }

  close(): ProcessUse {
    const { cpuMs, peakMemoryBytes } = this.job.use();
    this.job.letGo();
    return { cpuMs, peakMemoryBytes };
  }
}

function ask({ command, arguments: args }: { command: string; arguments: readonly string[] }): void {
  spawn(command, args, { stdio: 'ignore', windowsHide: true }).once('error', () => undefined);
}
