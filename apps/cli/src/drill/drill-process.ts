import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface DrillProgram {
  /** For people, `the server of the control group`. */
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** For Node itself. */
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Everything that it writes goes here. */
  readonly logFile: string;
}

/**
 * What a drill's programs get of the shell's environment: nothing that configures a deployment. A drill on the machine
 * of a real server must not reach its database, its Alertmanager or its audit sink, nor listen where it does.
 */
export function drillEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(CARILLON_|DATABASE_URL|REDIS_URL|PG|NODE_OPTIONS$)/i.test(name)),
  );
}

const graceMs = 10_000;
const lastWordsCharacters = 2_000;

/** A program that a drill kills and starts again, as often as it likes. Nothing restarts it by itself. */
export class DrillProcess {
  private child: ChildProcess | undefined;

  constructor(private readonly program: DrillProgram) {}

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    const { script, args = [], nodeArguments = [], env, logFile } = this.program;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a', 0o600);
    // A group of its own: Ctrl-C reaches the drill alone, which then ends everything in order.
    this.child = spawn(process.execPath, [...nodeArguments, script, ...args], {
      env: { ...drillEnvironment(process.env), ...env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.child.once('error', () => undefined);
  }

  /** Resolves when it has ended; one that does not obey is killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning || child.pid === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(killer);
  }

  /** @throws Error with its last words when it has ended by itself */
  requireRunning(): void {
    if (this.isRunning) return;
    const { name, logFile } = this.program;
    throw new Error(`${name} ended unasked: ${readFileSync(logFile, 'utf8').slice(-lastWordsCharacters).trim()}`);
  }
}
