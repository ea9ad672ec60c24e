import { Collector } from '@carillon/agent/collect/collector';
import { EventSender } from '@carillon/agent/collect/event-sender';
import { OutputShipper } from '@carillon/agent/collect/output-shipper';
import { FileOutputSource } from '@carillon/agent/collect/output-source';
import { SpoolKeeper, type SpoolRules } from '@carillon/agent/collect/spool-keeper';
import { CommandDesk } from '@carillon/agent/commands/command-desk';
import { FileCommandJournal } from '@carillon/agent/commands/command-journal';
import { HostWork } from '@carillon/agent/commands/host-work';
import { keepLinked } from '@carillon/agent/link/link-loop';
import { MemoryScheduler } from '@carillon/agent/scheduler/memory-scheduler';
import { SchedulerError } from '@carillon/agent/scheduler/task-scheduler';
import { type AgentFolder, agentFolderAt, prepareAgentFolder } from '@carillon/agent/state/agent-folder';
import { FileDesiredCache } from '@carillon/agent/state/desired-cache';
import { FileEventLog } from '@carillon/agent/state/event-log';
import type { Identity } from '@carillon/agent/state/identity';
import { DesiredSync } from '@carillon/agent/sync/desired-sync';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { Disk } from './disk.js';
import { origin } from './gateway.js';
import { excuse, type Ledger, type TrueRun } from './ledger.js';
import type { Network } from './network.js';
import { mount } from './platform/fs.js';
import { simulateRun } from './runner.js';
import type { Process, World } from './world.js';

/** So small that a simulation reaches its bounds. */
const spoolRules: SpoolRules = {
  totalBytes: 256 * 1024,
  eventBytes: 128 * 1024,
  outputAgeMs: 3_600_000,
  reserveBytes: 64 * 1024,
  keepFreeBytes: 16 * 1024,
};

const reconnect = { firstWindowMs: 300, maxWindowMs: 4_000, healthyAfterMs: 20_000 };
const timing = { pingAfterMs: 4_000, silenceMs: 10_000, lookMs: 1_000 };

interface RunningAgent {
  readonly process: Process;
  readonly folder: AgentFolder;
  readonly mount: ReturnType<typeof mount>['mount'];
  readonly eventLog: FileEventLog;
  readonly cache: FileDesiredCache;
  readonly stop: AbortController;
}

interface Image {
  readonly disk: Disk;
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly atMs: number;
}

export interface HostParts {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly signerKey: string;
  /** Is an event committed in the centre? */
  readonly isCommitted: (eventId: string) => boolean;
  readonly violation: (what: string) => void;
}

/** Task Scheduler as the agent meets it: it takes its time, and refuses now and then. */
class WindowsScheduler extends MemoryScheduler {
  isMoody = true;

  constructor(
    private readonly here: World,
    onStart: (path: string) => void,
  ) {
    super(onStart);
  }

  override async register(path: string, definition: TaskDefinition): Promise<string[]> {
    await this.think('register_failed');
    return super.register(path, definition);
  }

  override async remove(path: string): Promise<void> {
    await this.think('remove_failed');
    return super.remove(path);
  }

  override async start(path: string): Promise<void> {
    await this.think('start_failed');
    return super.start(path);
  }

  private think(code: SchedulerError['code']): Promise<void> {
    const { random, current } = this.here;
    return new Promise((resolve, reject) => {
      this.here.after(random.between(20, 300), current, () => {
        if (this.isMoody && random.chance(0.03)) reject(new SchedulerError(code, 'simulated: the system is busy'));
        else resolve();
      });
    });
  }
}

/** A Windows host: a disk, a Task Scheduler, runners, and the agent while it lives. */
export class HostMachine {
  readonly scheduler: WindowsScheduler;
  disk = new Disk();
  agent: RunningAgent | undefined;
  /** Nothing runs while the power is off. */
  isOn = true;
  private starting: Process | undefined;
  clockAheadMs = 0;
  /** Runners die in the middle of things now and then. */
  isRough = true;
  private readonly runners = new Map<Process, TrueRun | undefined>();
  private images: Image[] = [];

  constructor(
    private readonly here: World,
    readonly hostId: string,
    readonly name: string,
    private readonly identity: Identity,
    private readonly parts: HostParts,
  ) {
    this.scheduler = new WindowsScheduler(here, (path) => {
      const definition = this.scheduler.tasks.get(path.toLowerCase());
      this.here.after(this.here.random.between(5, 400), undefined, () => this.startTask(definition, true));
    });
  }

  startAgent(): void {
    if (this.agent || this.starting || !this.isOn) return;
    const process = this.here.start(this.name, () => this.clockAheadMs);
    this.here.tell(() => `${this.name}: the agent starts`);
    const mounted = mount(process, this.disk, () => this.loseAgent(process));
    this.starting = process;
    this.here.after(0, process, () => {
      this.starting = undefined;
      try {
        this.agent = this.assemble(process, mounted);
      } catch (error) {
        // A full disk: Task Scheduler starts it again in a minute.
        this.here.tell(() => `the agent cannot start: ${error}`);
        this.loseAgent(process);
      }
    });
  }

  /** The agent is killed, or dies in the middle of something. */
  loseAgent(process = this.agent?.process ?? this.starting): void {
    if (!process?.alive) return;
    this.starting = undefined;
    this.here.tell(() => `${this.name}: the agent is gone`);
    this.here.kill(process);
    this.parts.network.died(process);
    this.agent = undefined;
    this.here.after(this.here.random.between(200, 6_000), undefined, () => this.startAgent());
  }

  /** Dies at one of its next changes of the disk, in the middle of it. */
  loseAgentSoon(withPower: boolean): void {
    const { agent } = this;
    if (!agent) return;
    agent.mount.lastChanges = this.here.random.below(12);
    if (withPower) agent.mount.onDeath = () => this.cutPower();
  }

  cutPower(): void {
    if (!this.isOn) return;
    this.here.tell(() => `${this.name}: power cut`);
    this.isOn = false;
    for (const [process, run] of this.runners) this.endRunner(process, run);
    this.disk.cutPower(this.here.random);
    // Its last word may not have reached the platter; that it ran has.
    for (const run of this.parts.ledger.of(this.hostId))
      if (run.endedMs !== null && this.here.trueMs - run.endedMs < 60_000)
        excuse(run, 'power cut at its end', 'indeterminate');
    this.here.after(this.here.random.between(300, 6_000), undefined, () => {
      this.isOn = true;
      this.startAgent();
    });
    this.loseAgent();
  }

  /** A runner is killed, or its host goes down. */
  killRunner(): void {
    const [one] = this.runners;
    if (one) this.endRunner(...one);
  }

  /** A timetable fires. */
  fire(): void {
    const tasks = [...this.scheduler.tasks.values()];
    if (tasks.length > 0) this.startTask(this.here.random.pick(tasks), false);
  }

  takeImage(): void {
    this.here.tell(() => `${this.name}: snapshot`);
    this.images.push({ disk: this.disk.copy(), tasks: new Map(this.scheduler.tasks), atMs: this.here.trueMs });
  }

  /** The virtual machine goes back to a snapshot: what happened since is forgotten here, not in the centre. */
  restoreImage(): void {
    const image = this.images.at(-1);
    if (!image || !this.isOn) return;
    this.here.tell(() => `${this.name}: goes back to its snapshot`);
    this.isOn = false;
    for (const [process, run] of this.runners) this.endRunner(process, run);
    this.disk = image.disk.copy();
    this.parts.ledger.forget(this.hostId, image.atMs);
    this.scheduler.tasks.clear();
    for (const [path, task] of image.tasks) this.scheduler.tasks.set(path, task);
    for (const run of this.parts.ledger.of(this.hostId)) {
      if (run.writtenMs === null || run.writtenMs >= image.atMs)
        excuse(run, 'ended after the snapshot', 'indeterminate', 'running');
      if (run.startedMs >= image.atMs - 1_000) excuse(run, 'began after the snapshot', 'absent');
    }
    this.isOn = true;
    this.loseAgent();
  }

  private endRunner(process: Process, run: TrueRun | undefined): void {
    this.runners.delete(process);
    this.here.kill(process);
    if (!run) this.parts.ledger.diedEarly.add(this.hostId);
    if (!run || run.endedMs !== null) return;
    run.endedMs = this.here.trueMs;
    this.here.tell(() => `${this.name}: the runner of ${run.runId} is gone`);
    run.state = 'indeterminate';
  }

  private startTask(task: TaskDefinition | undefined, onDemand: boolean): void {
    const jobId = /[0-9a-f-]{36}/.exec(JSON.stringify(task?.actions ?? ''))?.[0];
    if (jobId === undefined || !this.isOn) return;
    const { here } = this;
    const process = here.start(`${this.name}/run`, () => this.clockAheadMs);
    this.runners.set(process, undefined);
    const { root, mount: mounted } = mount(process, this.disk, () =>
      this.endRunner(process, this.runners.get(process)),
    );
    if (this.isRough && here.random.chance(0.02)) mounted.lastChanges = here.random.below(20);
    here.after(0, process, () => {
      void simulateRun({
        process,
        folder: agentFolderAt(root),
        hostId: this.hostId,
        jobId,
        signerKeys: [this.parts.signerKey],
        onDemand,
        ledger: this.parts.ledger,
        onRun: (run) => this.runners.set(process, run),
        onProgram: (run) => this.checkJournal(run),
      })
        .catch((error) => here.tell(() => `the runner ends: ${error}`))
        .then(() => {
          this.runners.delete(process);
          here.kill(process);
        });
    });
  }

  private assemble(process: Process, mounted: ReturnType<typeof mount>): RunningAgent {
    const { identity, parts, scheduler, hostId } = this;
    const folder = agentFolderAt(mounted.root);
    prepareAgentFolder(folder);
    const signerKeys = [parts.signerKey];
    const tell = (message: string, facts?: object) =>
      this.here.tell(() => `${message}${facts ? ` ${JSON.stringify(facts)}` : ''}`);
    const log = { info: tell, warn: tell };
    const eventLog = new FileEventLog(folder.log, folder.reserve, { bytes: 8 * 1024, ageMs: 60_000 });
    this.watchAcks(eventLog);
    const events = new EventSender(eventLog);
    const output = new OutputShipper(new FileOutputSource(folder));
    const cache = new FileDesiredCache(folder.jobs, folder.registered);
    const runner = { command: 'carillon-agent.exe', arguments: ['run'] };
    const desired = new DesiredSync(
      hostId,
      () => ({ hostTimezone: 'UTC', runner, signerKeys, agentId: hostId, hostName: this.name }),
      { scheduler, cache, storeScript: () => undefined },
      log,
    );
    const commands = new CommandDesk(
      () => ({ agentId: hostId, signerKeys }),
      new FileCommandJournal(folder.commands, Date.now()),
      // Nobody changes a task here.
      new HostWork(
        folder,
        cache,
        scheduler,
        { putBack: async () => ({ ok: true, outcome: 'as_defined' }) },
        { registerMs: 5_000, claimMs: 2_000, endMs: 5_000, dryRunMs: 5_000 },
      ),
      log,
    );
    const keeper = new SpoolKeeper({ folder, eventLog, log, rules: spoolRules });
    const onNews = () => {
      events.pump();
      output.pump();
    };
    new Collector({ folder, eventLog, keeper, onNews, log }).start();
    desired.start();
    const stop = new AbortController();
    const facts = {
      hostname: this.name,
      os: 'Simulated Windows',
      timezone: 'UTC',
      agentVersion: '0.1.0',
      scheduler: 'memory' as const,
      capabilities: ['run', 'stop'],
      fingerprint: sha256Hex(this.name),
    };
    void keepLinked(
      {
        servers: [origin],
        route: { proxy: 'none' },
        identity,
        facts: () => facts,
        parts: { eventLog, events, output, desired, commands, disk: keeper, log },
        reconnect,
        timing,
      },
      stop.signal,
    ).catch((error) => parts.violation(`keepLinked ended: ${error}`));
    return { process, folder, mount: mounted.mount, eventLog, cache, stop };
  }

  /** No command is carried out that a crash would make the agent forget. */
  private checkJournal({ commandId }: TrueRun): void {
    if (commandId === null) return;
    const lines = this.disk.find('/data/commands.jsonl')?.durable?.toString('utf8').split('\n') ?? [];
    if (!lines.some((line) => isJson(line) && line.includes(commandId)))
      this.parts.violation(`${this.name} carries out command ${commandId}, which is not in its journal`);
  }

  /** Nothing leaves the log before it is committed. */
  private watchAcks(eventLog: FileEventLog): void {
    const ack = eventLog.ack.bind(eventLog);
    eventLog.ack = (epoch, upToSeq) => {
      if (epoch === eventLog.epoch && upToSeq >= eventLog.first) {
        for (const { seq, eventId } of eventLog.read(eventLog.first, upToSeq - eventLog.first + 1))
          if (seq <= upToSeq && !this.parts.isCommitted(eventId))
            this.parts.violation(`${this.name} deletes event ${epoch}/${seq} (${eventId}), which is not committed`);
      }
      ack(epoch, upToSeq);
    };
  }

  /** What is wrong on a quiet host; empty when it is quiet and as it should be. */
  unrest(desired: { readonly hash: string; readonly jobIds: readonly string[] }): string[] {
    const { agent } = this;
    if (!agent) return [`${this.name}: no agent`];
    return this.here.as(agent.process, () => {
      const { eventLog, cache, folder } = agent;
      const wrong: string[] = [];
      const waiting = eventLog.next - eventLog.first;
      if (waiting > 0)
        wrong.push(`${this.name}: ${waiting} events wait (epoch ${eventLog.epoch}, first ${eventLog.first})`);
      if (this.runners.size > 0) wrong.push(`${this.name}: ${this.runners.size} runs under way`);
      const inBox = this.disk.list('/data/spool/drop').filter((name) => name.endsWith('.json')).length;
      if (inBox > 0) wrong.push(`${this.name}: ${inBox} events in the drop box`);
      const observed = desiredHash(cache.registered().jobs);
      if (observed !== desired.hash)
        wrong.push(`${this.name}: registered ${observed.slice(0, 8)}, desired ${desired.hash.slice(0, 8)}`);
      const tasks = [...this.scheduler.tasks.values()]
        .map((task) => /[0-9a-f-]{36}/.exec(JSON.stringify(task.actions))?.[0])
        .sort();
      if (tasks.join() !== [...desired.jobIds].sort().join())
        wrong.push(`${this.name}: Task Scheduler has ${tasks.join(' ')}, desired ${desired.jobIds.join(' ')}`);
      if (this.disk.list('/data/running').some((name) => name.endsWith('.json')))
        wrong.push(`${this.name}: running files are left`);
      void folder;
      return wrong;
    });
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
