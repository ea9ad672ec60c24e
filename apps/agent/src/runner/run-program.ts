import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Readable, Writable } from 'node:stream';
import type { ProcessEnd } from '@carillon/core/run/outcome';
import type { HoldTree } from './hold-tree.js';
import type { LaunchPlan } from './launch-plan.js';
import type { ProcessTree, ProcessUse } from './process-tree.js';
import { stoppedBy } from './stop-orders.js';

/** Programs left in the background may hold our pipes for ever; what they write after this is not the run's. */
const drainMs = 2_000;

export interface ProgramSettings {
  readonly workingDirectory: string | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number | null;
  /** Aborts the run; the reason is who asked, a `StoppedBy`. */
  readonly stop: AbortSignal;
  readonly hold: HoldTree;
  /** All that the program reads from standard input; null: nothing. */
  readonly stdin?: string | null;
  /** Whether its window is for somebody to see; without it there is none. */
  readonly isVisible?: boolean;
}

/** Takes the bytes of one stream as they come. */
interface Sink {
  write(chunk: Buffer): void;
}

export interface ProgramResult {
  readonly end: ProcessEnd;
  /** Measured on a monotonic clock. */
  readonly durationMs: number;
  /** Undefined where nothing was measured. */
  readonly use: ProcessUse | undefined;
}

/** Starts a program, feeds its output to the sinks, and waits for its end, its timeout or a stop, tree and all. */
export async function runProgram(
  plan: LaunchPlan,
  settings: ProgramSettings,
  output: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<ProgramResult> {
  const startedMs = performance.now();
  const { end, use } = await (plan.kind === 'start'
    ? startAndWait(plan, settings, output)
    : { end: cannotStart(plan, output.stderr), use: undefined });
  return { end, use, durationMs: Math.round(performance.now() - startedMs) };
}

function cannotStart(plan: Extract<LaunchPlan, { kind: 'cannot-start' }>, stderr: Sink): ProcessEnd {
  stderr.write(Buffer.from(`carillon: ${plan.message}\n`));
  return { kind: 'not-started', exitCode: plan.exitCode, reason: plan.reason };
}

function startAndWait(
  plan: Extract<LaunchPlan, { kind: 'start' }>,
  settings: ProgramSettings,
  output: { readonly stdout: Sink; readonly stderr: Sink },
): Promise<Omit<ProgramResult, 'durationMs'>> {
  const { workingDirectory, environment, timeoutMs, stop, hold, stdin = null, isVisible = false } = settings;
  return new Promise((resolve) => {
    const notStarted = (error: NodeJS.ErrnoException): ProcessEnd => {
      output.stderr.write(Buffer.from(`carillon: ${plan.program} cannot be started: ${error.message}\n`));
      return { kind: 'not-started', ...startProblem(error, workingDirectory) };
    };
    let child: ChildProcessByStdio<Writable | null, Readable, Readable>;
    try {
      child = spawn(plan.program, plan.arguments, {
        env: environment,
        ...(workingDirectory === null ? {} : { cwd: workingDirectory }),
        // A group of its own, so that the whole tree can be ended without ending the runner.
        detached: process.platform !== 'win32',
        stdio: [stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        windowsHide: !isVisible,
        windowsVerbatimArguments: plan.verbatim,
      }) as typeof child;
    } catch (error) {
      // Most reasons come as an event, some (too many arguments, a folder that is a file) are thrown.
      resolve({ end: notStarted(error as NodeJS.ErrnoException), use: undefined });
      return;
    }
    const tree: ProcessTree | undefined = child.pid === undefined ? undefined : hold(child);
    let ending: Promise<void> | undefined;
    const endTree = () => {
      ending ??= tree?.end();
    };
    let timedOut = false;
    const timer =
      timeoutMs === null
        ? undefined
        : setLongTimeout(timeoutMs, () => {
            timedOut = true;
            endTree();
          });
    stop.addEventListener('abort', endTree, { once: true });
    // A program need not read it.
    child.stdin?.on('error', () => undefined).end(stdin);
    child.stdout.on('data', (chunk: Buffer) => output.stdout.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.write(chunk));

    const settle = (end: ProcessEnd) => {
      timer?.clear();
      stop.removeEventListener('abort', endTree);
      resolve({ end, use: tree?.close() });
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
      const closed = new Promise((done) => child.once('close', done));
      const settled = async () => {
        // What is being ended may take its grace, and still write; what was left in the background may not.
        await ending;
        const drained = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, drainMs);
        await closed;
        clearTimeout(drained);
        settle(end());
      };
      void settled();
    });
    if (stop.aborted) endTree();
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
