import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { splitCommandLine } from '@carillon/wintask/process/command-line';
import type { ExecAction } from '@carillon/wintask/task/definition';

/** A started program. `exited` gives its result code as Task Scheduler would record it. */
export interface StartedProgram {
  pid: number;
  exited: Promise<number>;
}

/** Starts a program, or says why not as a result code. */
export type Launch = (action: ExecAction) => Promise<StartedProgram | { resultCode: number }>;

const FILE_NOT_FOUND = 0x80070002;
const ACCESS_DENIED = 0x80070005;
const BAD_DIRECTORY = 0x8007010b;

/** Replaces %NAME% from the environment, without regard to case; unknown names stay as they are, as on Windows. */
export function expandVariables(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const key = Object.keys(environment).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    return (key === undefined ? undefined : environment[key]) ?? whole;
  });
}

function codeOf(error: NodeJS.ErrnoException): number {
  return error.code === 'EACCES' ? ACCESS_DENIED : FILE_NOT_FOUND;
}

/** Exit code of a program; a signal n shows as 128 + n, the POSIX convention. */
function exitCode(code: number | null, signal: NodeJS.Signals | null, numbers: Record<string, number>): number {
  return code ?? 128 + (signal === null ? 0 : (numbers[signal] ?? 0));
}

/**
 * Starts an Exec action as a process of its own group, without console or pipes, so that it outlives the service.
 * The command may be quoted and may contain %NAME%; the arguments are split by the Windows rules.
 */
export const launchProgram: Launch = async (action) => {
  const { constants } = await import('node:os');
  const command = expandVariables(action.command.trim(), process.env).replace(/^"(.*)"$/, '$1');
  const args = splitCommandLine(expandVariables(action.arguments ?? '', process.env));
  const cwd = action.workingDirectory === undefined ? undefined : expandVariables(action.workingDirectory, process.env);
  if (cwd !== undefined && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    return { resultCode: BAD_DIRECTORY };
  const child = spawn(command, args, { cwd: cwd ?? '/', detached: true, stdio: 'ignore', windowsHide: true });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(exitCode(code, signal, constants.signals)));
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ resultCode: codeOf(error) }));
    child.once('spawn', () => resolve({ pid: child.pid!, exited }));
  });
};
