import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, extname, isAbsolute, join } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import type { RunDetail } from '@carillon/core/run/detail-texts';
import type { Command } from '../lib/self-command.js';

/** What to start, decided before anything is started. */
export type LaunchPlan =
  | {
      readonly kind: 'start';
      readonly program: string;
      readonly arguments: readonly string[];
      readonly verbatim: boolean;
    }
  | {
      readonly kind: 'cannot-start';
      readonly exitCode: number;
      readonly reason: 'program_not_found' | 'not_executable' | 'secret_missing' | 'secret_unreadable';
      readonly message: RunDetail;
    };

export interface HostFacts {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** File of the job's script, for script jobs. */
  readonly scriptFile: string;
  /** This very program, told to carry the job's action out. */
  readonly action: Command;
}

const powershellSwitches = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'];

/**
 * How a job's program is started. Batch files go through cmd.exe, PowerShell scripts through -File, which is the only
 * form that passes `exit n` on (task-scheduler reference 7). Off Windows PowerShell is `pwsh` and there are no batch files.
 */
export function planLaunch(run: Manifest['run'], facts: HostFacts): LaunchPlan {
  switch (run.kind) {
    case 'powershell':
      return powershell(facts.scriptFile, [], facts);
    case 'batch':
      return batch(facts.scriptFile, [], facts);
    case 'program': {
      const extension = extname(run.program).toLowerCase();
      if (extension === '.ps1') return powershell(run.program, run.arguments, facts);
      if (extension === '.bat' || extension === '.cmd') return batch(run.program, run.arguments, facts);
      return program(run.program, run.arguments, facts);
    }
    default: {
      const { command, arguments: words } = facts.action;
      return { kind: 'start', program: command, arguments: words, verbatim: false };
    }
  }
}

function program(name: string, args: readonly string[], facts: HostFacts): LaunchPlan {
  const found = findProgram(name, facts);
  if (found === undefined)
    return { kind: 'cannot-start', exitCode: 127, reason: 'program_not_found', message: `program not found: ${name}` };
  if (facts.platform !== 'win32' && !isExecutable(found)) {
    return {
      kind: 'cannot-start',
      exitCode: 126,
      reason: 'not_executable',
      message: `not an executable file: ${found}`,
    };
  }
  return { kind: 'start', program: found, arguments: args, verbatim: false };
}

function powershell(script: string, args: readonly string[], facts: HostFacts): LaunchPlan {
  const shell =
    facts.platform === 'win32'
      ? join(facts.env.SystemRoot ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')
      : 'pwsh';
  return program(shell, [...powershellSwitches, script, ...args], facts);
}

function batch(file: string, args: readonly string[], facts: HostFacts): LaunchPlan {
  if (facts.platform !== 'win32') {
    return {
      kind: 'cannot-start',
      exitCode: 127,
      reason: 'program_not_found',
      message: `a batch file needs cmd.exe, which this host does not have: ${file}`,
    };
  }
  const shell = facts.env.ComSpec ?? 'C:\\Windows\\System32\\cmd.exe';
  // cmd /s strips the outer quotes of the whole line, so the inner ones stay as they are.
  const line = [file, ...args].map(quoteForCmd).join(' ');
  return {
    kind: 'start',
    program: shell,
    arguments: ['/e:on', '/v:off', '/d', '/s', '/c', `"${line}"`],
    verbatim: true,
  };
}

/**
 * Quoted so that cmd.exe acts on none of its signs, as Rust's standard library does it: quotes are doubled, since a
 * backslash does not keep cmd.exe from ending the quotes there, and an empty variable breaks up what `%` would expand.
 */
function quoteForCmd(argument: string): string {
  if (/^[A-Za-z0-9#$*+\-./:?@\\_]*[A-Za-z0-9#$*+\-./:?@_]$/.test(argument)) return argument;
  const inside = argument
    .replace(/(\\*)"/g, '$1$1""')
    .replace(/\\+$/, '$&$&')
    .replace(/%/g, '%%cd:~,%');
  return `"${inside}"`;
}

function findProgram(name: string, facts: HostFacts): string | undefined {
  if (isAbsolute(name) || /[\\/]/.test(name)) return existsSync(name) && statSync(name).isFile() ? name : undefined;
  const endings = facts.platform === 'win32' && extname(name) === '' ? ['.exe', '.com'] : [''];
  const folders = (facts.env.PATH ?? facts.env.Path ?? '').split(delimiter).filter(Boolean);
  for (const folder of folders) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (existsSync(path) && statSync(path).isFile()) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
