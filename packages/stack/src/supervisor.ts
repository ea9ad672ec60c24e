import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isAlive } from './data-folder.js';

export interface ProgramOptions {
  /** Name for people, `server`. */
  readonly name: string;
  /** Script for this Node, then its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  /** For Node itself. */
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Everything the program writes goes here. */
  readonly logFile: string;
  /** Process of an earlier start that still does this work: watched instead of starting another. */
  readonly adoptPid?: number | undefined;
  readonly onRestart?: (why: string) => void;
  readonly onPid?: (pid: number) => void;
}

export interface Program {
  readonly pid: number;
  /** Asks it to stop, then makes it. */
  stop(): Promise<void>;
  /** Kills it as a crash would; it is started again after the shortest delay, however often it died. */
  crash(): void;
}

const firstDelayMs = 500;
const maxDelayMs = 30_000;
const healthyAfterMs = 60_000;
const stopGraceMs = 15_000;
const logRotateBytes = 20 * 1024 * 1024;

/**
 * Keeps one program of the stack running: started again when it ends by itself, slower each time it does so
 * soon after its start. It runs in a process group of its own, so that Ctrl-C reaches only the supervisor,
 * which then stops everything in order; and it survives the supervisor's death, as an agent must.
 */
export function supervise(options: ProgramOptions): Program {
  let stopping = false;
  let delayMs = firstDelayMs;
  let crashed = false;
  let timer: NodeJS.Timeout | undefined;
  let current =
    options.adoptPid !== undefined && isOurs(options.adoptPid, options.script)
      ? adopt(options.adoptPid)
      : launch(options);
  watch();

  function watch(): void {
    options.onPid?.(current.pid);
    const startedAt = Date.now();
    void current.ended.then((why) => {
      if (stopping) return;
      const isFresh = crashed || Date.now() - startedAt > healthyAfterMs;
      crashed = false;
      delayMs = isFresh ? firstDelayMs : Math.min(maxDelayMs, delayMs * 2);
      options.onRestart?.(
        `${options.name} ended (${why}); starting it again in ${delayMs / 1000} s, log: ${options.logFile}`,
      );
      timer = setTimeout(() => {
        current = launch(options);
        watch();
      }, delayMs);
    });
  }

  return {
    get pid() {
      return current.pid;
    },
    stop: async () => {
      stopping = true;
      if (timer) clearTimeout(timer);
      await endProcess(current);
    },
    crash: () => {
      if (current.pid === 0 || !isAlive(current.pid)) return;
      crashed = true;
      process.kill(current.pid, 'SIGKILL');
    },
  };
}

interface Running {
  readonly pid: number;
  /** Resolves with why it ended. */
  readonly ended: Promise<string>;
}

function launch(options: ProgramOptions): Running {
  const log = openLog(options.logFile);
  const child: ChildProcess = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), options.script, ...(options.args ?? [])],
    {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', log, log],
      detached: true,
      windowsHide: true,
    },
  );
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { pid: child.pid ?? 0, ended };
}

/** A process that is not our child: its end is seen by asking. */
function adopt(pid: number): Running {
  const ended = new Promise<string>((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve('gone');
    }, 500);
    timer.unref();
  });
  return { pid, ended };
}

/** Ends the process of an earlier start, if it is still the same program. */
export async function endLeftover(pid: number | undefined, script: string): Promise<void> {
  if (pid !== undefined && isOurs(pid, script)) await endProcess(adopt(pid));
}

async function endProcess({ pid, ended }: Running): Promise<void> {
  if (pid === 0 || !isAlive(pid)) return;
  process.kill(pid, 'SIGTERM');
  const killer = setTimeout(() => isAlive(pid) && process.kill(pid, 'SIGKILL'), stopGraceMs);
  await ended;
  clearTimeout(killer);
}

/** Process ids are used again; where the system tells, make sure that it runs our script. */
function isOurs(pid: number, script: string): boolean {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').split('\0').includes(script);
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > logRotateBytes) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}
