import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import type { ProcessEnd } from '@carillon/core/run/outcome';
import type { LaunchPlan } from './launch-plan.js';
import { endProcessTree } from './process-tree.js';
import { stoppedBy } from './stop-orders.js';

/** Programs left in the background may hold our pipes for ever; what they write after this is not the run's. */
const drainMs = 2_000;

export interface ProgramSettings {
  readonly workingDirectory: string | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number | null;
  /** Aborts the run; the reason is who asked, a `StoppedBy`. */
  readonly stop: AbortSignal;
}

/** Takes the bytes of one stream as they come. */
interface Sink {
  write(chunk: Buffer): void;
}

export interface ProgramResult {
  readonly end: ProcessEnd;
  /** Measured on a monotonic clock. */
  readonly durationMs: number;
}

/** Starts a program, feeds its output to the sinks, and waits for its end, its timeout or a stop, tree and all. */
export async function runProgram(
  plan: LaunchPlan,
  settings: ProgramSettings,
  output: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<ProgramResult> {
  const startedMs = performance.now();
  const end = await (plan.kind === 'start' ? startAndWait(plan, settings, output) : cannotStart(plan, output.stderr));
  return { end, durationMs: Math.round(performance.now() - startedMs) };
}

function cannotStart(plan: Extract<LaunchPlan, { kind: 'cannot-start' }>, stderr: Sink): ProcessEnd {
  stderr.write(Buffer.from(`carillon: ${plan.message}\n`));
  return { kind: 'not-started', exitCode: plan.exitCode, reason: plan.reason };
}

function startAndWait(
  plan: Extract<LaunchPlan, { kind: 'start' }>,
  settings: ProgramSettings,
  output: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<ProcessEnd> {
  const { workingDirectory, environment, timeoutMs, stop } = settings;
  return new Promise((resolve) => {
    const notStarted = (error: NodeJS.ErrnoException): ProcessEnd => {
      output.stderr.write(Buffer.from(`carillon: ${plan.program} cannot be started: ${error.message}\n`));
      return { kind: 'not-started', ...startProblem(error, workingDirectory) };
    };
    let child: ChildProcessByStdio<null, Readable, Readable>;
    try {
      child = spawn(plan.program, plan.arguments, {
        env: environment,
        ...(workingDirectory === null ? {} : { cwd: workingDirectory }),
        // A group of its own, so that the whole tree can be ended without ending the runner.
        detached: process.platform !== 'win32',
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
        windowsVerbatimArguments: plan.verbatim,
      });
    } catch (error) {
      // Most reasons come as an event, some (too many arguments, a folder that is a file) are thrown.
      resolve(notStarted(error as NodeJS.ErrnoException));
      return;
    }
    let timedOut = false;
    const timer =
      timeoutMs === null
        ? undefined
        : setLongTimeout(timeoutMs, () => {
            timedOut = true;
            endProcessTree(child);
          });
    const onStop = () => endProcessTree(child);
    stop.addEventListener('abort', onStop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => output.stdout.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.write(chunk));

    const settle = (end: ProcessEnd) => {
      timer?.clear();
      stop.removeEventListener('abort', onStop);
      resolve(end);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      settle(notStarted(error));
    });
    child.once('exit', (code, signal) => {
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const end = (): ProcessEnd => {
        if (timedOut) return { kind: 'timed-out', exitCode };
        if (stop.aborted) return { kind: 'stopped', by: stoppedBy(stop), exitCode };
        return { kind: 'exited', exitCode };
      };
      const drained = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, drainMs);
      child.once('close', () => {
        clearTimeout(drained);
        settle(end());
      });
    });
    if (stop.aborted) onStop();
  });
}

/** 127 and 126 as a shell has them: not found, and found but cannot be started. */
function startProblem(error: NodeJS.ErrnoException, workingDirectory: string | null) {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    const reason = workingDirectory === null ? 'program_not_found' : 'working_directory_or_program_not_found';
    return { exitCode: 127, reason };
  }
  return { exitCode: 126, reason: 'not_executable' };
}

/** Timers of Node hold at most 2^31 - 1 ms, 24.8 days; a job may be allowed longer. */
function setLongTimeout(delayMs: number, act: () => void): { clear(): void } {
  const longest = 2 ** 31 - 1;
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    timer = setTimeout(() => (leftMs > longest ? wait(leftMs - longest) : act()), Math.min(leftMs, longest));
  };
  wait(delayMs);
  return { clear: () => clearTimeout(timer) };
}
