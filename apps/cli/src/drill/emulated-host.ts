import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from '@carillon/stack/data-folder';
import type { Programs } from '@carillon/stack/programs';
import type { DrillHost } from './drill-plan.js';
import { DrillProcess, drillEnvironment } from './drill-process.js';
import { bookVariable, readBook } from './host-book.js';
import type { HostRun } from './judge-drill.js';

export interface HostPlace {
  readonly programs: Programs;
  /** Of this host alone. */
  readonly folder: string;
  /** Where its agent dials. */
  readonly server: string;
}

/** A drill sees its hosts again soon; real agents wait longer, see `defaultReconnect`. */
const reconnect = { firstWindowMs: 500, maxWindowMs: 3_000, healthyAfterMs: 5_000 };
const enrolMs = 120_000;
const runnersMs = 10_000;
const lookMs = 50;

/** A host with a real agent, an emulated Task Scheduler of its own, and a book that only its programs write. */
export class EmulatedHost {
  private readonly scheduler: DrillProcess;
  private readonly agent: DrillProcess;
  /** Of its agent. */
  readonly agentFolder: string;

  constructor(
    readonly plan: DrillHost,
    private readonly place: HostPlace,
  ) {
    const { programs, folder } = place;
    this.agentFolder = join(folder, 'agent');
    this.scheduler = new DrillProcess({
      name: `the emulated Task Scheduler of ${plan.name}`,
      script: programs.scheduler,
      args: ['--store', this.store],
      env: { [bookVariable]: this.book },
      logFile: join(folder, 'scheduler.log'),
    });
    this.agent = new DrillProcess({
      name: `the agent of ${plan.name}`,
      script: programs.agent,
      nodeArguments: programs.agentNodeArguments,
      args: ['agent', '--data', this.agentFolder],
      env: { [bookVariable]: this.book },
      logFile: join(folder, 'agent.log'),
    });
  }

  private get store(): string {
    return join(this.place.folder, 'tasks');
  }

  private get book(): string {
    return join(this.place.folder, 'book');
  }

  /** Joins with a token, then starts. @throws Error when it is refused */
  async enrol(token: string, signal: AbortSignal): Promise<void> {
    const { programs, folder, server } = this.place;
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.book, '');
    const emulated = (program: string) => JSON.stringify([process.execPath, program, '--store', this.store]);
    const data = ['--data', this.agentFolder, '--name', this.plan.name];
    const commands = [
      ...['--schtasks-command', emulated(programs.schtasks)],
      ...['--wevtutil-command', emulated(programs.wevtutil)],
    ];
    await promisify(execFile)(
      process.execPath,
      [programs.agent, 'enroll', '--server', server, ...data, ...commands],
      // The token goes by environment: a command line can be read by everybody on the machine.
      { env: { ...drillEnvironment(process.env), CARILLON_JOIN_TOKEN: token }, timeout: enrolMs, signal },
    );
    const file = join(this.agentFolder, 'agent.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), reconnect }));
    this.scheduler.start();
    this.agent.start();
  }

  startAgent(): void {
    this.agent.start();
  }

  /** `kill -9`. Task Scheduler and what it started go on. */
  async killAgent(): Promise<void> {
    await this.agent.end('SIGKILL');
  }

  /** @throws Error when its Task Scheduler has ended: nothing that follows would mean anything */
  requireScheduler(): void {
    this.scheduler.requireRunning();
  }

  /** What its programs wrote down. */
  runs(): HostRun[] {
    return existsSync(this.book) ? readBook(this.plan.name, readFileSync(this.book, 'utf8')) : [];
  }

  /** Ends everything that belongs to it, runners at last. */
  async stop(): Promise<void> {
    await this.scheduler.end('SIGTERM');
    await this.agent.end('SIGKILL');
    const untilMs = Date.now() + runnersMs;
    while (this.runners().length > 0 && Date.now() < untilMs) await wait(lookMs);
    for (const pid of this.runners()) killGroup(pid);
  }

  /** Runners that its Task Scheduler started and that are still there. */
  private runners(): number[] {
    const folder = join(this.store, 'state');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => instancesIn(join(folder, name)))
      .filter(isAlive);
  }
}

function instancesIn(file: string): number[] {
  try {
    const { instances = [] } = JSON.parse(readFileSync(file, 'utf8')) as { instances?: { pid: number }[] };
    return instances.map(({ pid }) => pid);
  } catch {
    return []; // It is being replaced.
  }
}

/** The emulator makes each runner the head of a group, so another process with the same number is not hit. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
