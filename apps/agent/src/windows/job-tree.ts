import { type ChildProcess, spawn } from 'node:child_process';
import { selfCommand } from '../lib/self-command.js';
import { graceMs, holdsWithin, type ProcessTree, type ProcessUse } from '../runner/process-tree.js';
import { JobObject } from './job-object.js';
import type { Koffi } from './koffi.js';

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
    if (child.pid !== undefined && job.add(child.pid)) return new JobTree(job, child, data);
    job.letGo();
    return undefined;
  };
}

class JobTree implements ProcessTree {
  constructor(
    private readonly job: JobObject,
    private readonly child: ChildProcess,
    private readonly data: string,
  ) {}

  async end(): Promise<void> {
    const pid = String(this.child.pid);
    ask(selfCommand('interrupt', '--data', this.data, pid));
    // Programs with windows get theirs closed.
    ask({ command: 'taskkill', arguments: ['/pid', pid, '/t'] });
    const { child, job } = this;
    // Where nothing is counted (Wine), the program's own end is all there is to go by.
    await holdsWithin(graceMs, () => hasEnded(child) && job.use().activeProcesses === 0);
    job.terminate(killedCode);
  }

  close(): ProcessUse | undefined {
    const { cpuMs, peakMemoryBytes } = this.job.use();
    this.job.letGo();
    return peakMemoryBytes === 0 ? undefined : { cpuMs, peakMemoryBytes };
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function ask({ command, arguments: args }: { command: string; arguments: readonly string[] }): void {
  spawn(command, args, { stdio: 'ignore', windowsHide: true }).once('error', () => undefined);
}
