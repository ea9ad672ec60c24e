import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { perform } from '@carillon/emulator/perform';
import { type Cluster, programs } from './cluster.js';
import { ledgerProgram } from './ledger-program.js';
import { eventually } from './product.js';

/** What a host's programs wrote down themselves: run id -> exit code, or null for one that never came to its end. */
export type Ledger = ReadonlyMap<string, number | null>;

/** A host with a real agent, the emulated Task Scheduler, and a ledger that only its programs write. */
export class TestHost {
  readonly agentFolder: string;
  private readonly store: string;
  private readonly ledgerFile: string;
  private agent: ChildProcess | undefined;
  private scheduler: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {
    this.agentFolder = join(folder, name);
    this.store = join(folder, `${name}-tasks`);
    this.ledgerFile = join(folder, `${name}-ledger`);
  }

  /**
   * Enrols a host through one of the cluster's addresses and starts its scheduler, not its agent.
   * @param env for everything that runs on it
   */
  static async enrol(
    cluster: Cluster,
    { name, server, env = {} }: { name: string; server: string; env?: Record<string, string> },
  ): Promise<TestHost> {
    const host = new TestHost(name, cluster.folder, env);
    writeFileSync(host.ledgerFile, '');
    const { token } = await cluster.api.call<{ token: string }>('POST', '/enrolment-tokens', {});
    const scheduler = JSON.stringify([process.execPath, programs.schtasks, '--store', host.store]);
    const args = [programs.agent, 'enroll', '--server', server, '--data', host.agentFolder, '--name', name];
    await promisify(execFile)(process.execPath, [...args, '--schtasks-command', scheduler], {
      env: { ...process.env, CARILLON_JOIN_TOKEN: token },
    });
    cluster.onStop(() => host.stop());
    host.startScheduler();
    return host;
  }

  /** Document of this host's job: its program says here that it began, works for a moment, and says how it ends. */
  job(name: string, lastsMs: number): object {
    return {
      kind: 'Job',
      name,
      targets: { hosts: [this.name] },
      schedule: [{ on: 'logon' }],
      onOverlap: 'parallel',
      run: ledgerProgram(this.ledgerFile, 3, lastsMs),
    };
  }

  /** Minutes of waiting after many faults in a row are right in a data centre, not in a test. */
  shortenReconnects(): void {
    const file = join(this.agentFolder, 'agent.json');
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    const reconnect = { firstWindowMs: 500, maxWindowMs: 3_000, healthyAfterMs: 5_000 };
    writeFileSync(file, JSON.stringify({ ...settings, reconnect }));
  }

  get agentPid(): number {
    return this.agent?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.agent !== undefined && this.agent.exitCode === null && this.agent.signalCode === null;
  }

  /** What the agent ever said. */
  get log(): string {
    const file = join(this.folder, `${this.name}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  startAgent(): void {
    this.agent = this.launch(programs.agent, ['agent', '--data', this.agentFolder], `${this.name}.log`);
  }

  async endAgent(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const { agent } = this;
    if (!agent || !this.isRunning) return;
    const ended = once(agent, 'exit');
    agent.kill(signal);
    await ended;
  }

  startScheduler(): void {
    this.scheduler = this.launch(programs.scheduler, ['--store', this.store], `${this.name}-scheduler.log`);
  }

  async stop(): Promise<void> {
    await this.endAgent('SIGKILL');
    this.scheduler?.kill('SIGTERM');
  }

  isRegistered(job: string): boolean {
    return existsSync(join(this.store, 'Tasks/Carillon', job));
  }

  /** Starts a task here, as Task Scheduler does by itself. */
  async startTask(job: string): Promise<void> {
    const outcome = await perform(this.store, ['/run', '/tn', `\\Carillon\\${job}`], 'UTC');
    if (outcome.exit !== 0) throw new Error(`${this.name}: ${JSON.stringify(outcome)}`);
  }

  /** Programs that are running now, by their runners' own notes. */
  running(): { runId: string; pid: number }[] {
    const folder = join(this.agentFolder, 'running');
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => {
        try {
          const { pid, identity } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
          return [{ pid, runId: identity.runId }];
        } catch {
          return []; // It ended meanwhile.
        }
      });
  }

  quiet(): Promise<boolean> {
    return eventually(async () => (this.running().length === 0 ? true : undefined));
  }

  /** @throws when a run began twice */
  ledger(): Ledger {
    const known = new Map<string, number | null>();
    for (const line of readFileSync(this.ledgerFile, 'utf8').split('\n').filter(Boolean)) {
      const [runId = '', what, code] = line.split(' ');
      if (what === 'began' && known.has(runId)) throw new Error(`${this.name}: run ${runId} began twice`);
      known.set(runId, what === 'ends' ? Number(code) : null);
    }
    return known;
  }

  private launch(script: string, args: readonly string[], logName: string): ChildProcess {
    const log = openSync(join(this.folder, logName), 'a');
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return child;
  }
}
