import { setTimeout as wait } from 'node:timers/promises';
import type { DemoHost, ToldRun } from '@carillon/contract/fleet/demo-messages';
import { summarize } from '@carillon/core/adopt/similar-tasks';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { TaskTouch } from '@carillon/core/starts/task-touches';
import { upgradeCapability } from '@carillon/core/upgrade/upgrade-plan';
import { taskEventIds } from '@carillon/wintask/history/task-event';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import type { PutBack } from '../../commands/command-desk.js';
import { capabilities } from '../../lib/capabilities.js';
import { silentLog } from '../../lib/log.js';
import { newId } from '../../lib/new-id.js';
import type { ListedTask } from '../../scheduler/task-listing.js';
import type { Identity } from '../../state/identity.js';
import type { ApplyPorts } from '../../sync/apply-desired.js';
import { type ReplacedTask, ReplacedTasks } from '../../sync/replaced-tasks.js';
import { transientDriftMemory } from '../../watch/drift-memory.js';
import { DriftWatch } from '../../watch/drift-watch.js';
import { InventoryWatch } from '../../watch/inventory-watch.js';
import { type MoreParts, SimulatedHost, type SimulatedHostOptions } from '../simulated-host.js';
import { endOfRun } from '../told-run.js';
import { demoLoadAt } from './demo-load.js';
import { DemoUpgrader } from './demo-upgrader.js';

export interface DemoHostOptions extends Omit<SimulatedHostOptions, 'facts' | 'name'> {
  readonly host: DemoHost;
  readonly agentVersion: string;
  /** Above every one it had. */
  readonly epoch: number;
  readonly onIdentity: (identity: Identity) => void;
  readonly onUpgraded: (version: string) => void;
  /** What was done to the task of this job is undone. */
  readonly onPutBack: (job: string) => void;
}

export interface Tampering {
  readonly job: string;
  readonly how: 'delete' | 'disable' | { readonly replace: string; readonly by: string };
  readonly account: string;
  readonly atMs: number;
}

const lookMs = 100;

function touchOf({ atMs, account }: Tampering): TaskTouch {
  return { id: taskEventIds.updated, atMs, account, isOwn: false };
}

/** A host of the demo: a simulated one that also has tasks of its own, a load, drift and upgrades. */
export class DemoFleetHost extends SimulatedHost {
  private isLive = false;
  private agentVersion: string;
  private reconnect: () => void = () => undefined;
  private upgrader: DemoUpgrader | undefined;
  private drift: DriftWatch | undefined;
  private touch: Tampering | undefined;
  private replacedTasks: readonly ReplacedTask[] = [];

  constructor(private readonly own: DemoHostOptions) {
    super({
      ...own,
      name: own.host.name,
      facts: () => ({
        os: own.host.os,
        timezone: own.host.timezone,
        agentVersion: this.agentVersion,
        capabilities: [...capabilities, upgradeCapability('windows-x64')],
      }),
    });
    this.agentVersion = own.agentVersion;
    this.eventLog.epoch = own.epoch;
  }

  get jobs(): number {
    return this.cache.registered().jobs.length;
  }

  /** Waits until nothing waits to be sent any more, runs under way apart. */
  async delivered(signal: AbortSignal): Promise<void> {
    while (!this.isAcked && !signal.aborted) await wait(lookMs);
  }

  private get isAcked(): boolean {
    const { first, next } = this.eventLog;
    return first === next && this.source.isEmpty;
  }

  /** Tells what was due since then, and works from now on; or only until it is gone. @returns how many runs there were */
  goLive(fromMs: number, goneMs: number | null): number {
    this.isLive = goneMs === null;
    return this.runs?.catchUp(fromMs, goneMs ?? undefined) ?? 0;
  }

  /** @returns false when the host does not have the job */
  tellRun({ job, startedMs, durationMs, exitCode, stdout, stderr }: ToldRun): boolean {
    const manifest = this.cache.jobs().find(({ name }) => name === job);
    if (!manifest) return false;
    const startedAt = new Date(startedMs).toISOString();
    const { event } = endOfRun(
      {
        kind: 'run.started',
        runId: newId(startedMs),
        jobId: manifest.jobId,
        version: manifest.version,
        trigger: 'schedule',
        scheduledFor: null,
        startedAt,
        commandId: null,
      },
      { startedMs, finishedMs: startedMs + durationMs },
      {
        state: exitCode === 0 ? 'succeeded' : 'failed',
        reason: exitCode === 0 ? null : 'exit_code',
        ...{ exitCode, stdout, stderr },
      },
      this.source,
    );
    this.eventLog.append([event]);
    this.runs?.onNews();
    return true;
  }

  /** Does to a registered task what somebody on the host would do, and lets the drift watch find it. */
  async tamper(tampering: Tampering): Promise<void> {
    const manifest = this.cache.jobs().find(({ name }) => name === tampering.job);
    const registered = this.cache.registered().jobs.find(({ jobId }) => jobId === manifest?.jobId);
    if (!registered) return;
    const { path } = registered;
    const { how } = tampering;
    if (how === 'delete') await this.scheduler.remove(path);
    else if (how === 'disable') await this.scheduler.setEnabled(path, false);
    else {
      const text = await this.scheduler.definitionText(path);
      await this.scheduler.registerText(path, text.replace(how.replace, how.by));
    }
    this.touch = tampering;
    await this.drift?.look();
    this.runs?.onNews();
  }

  close(): void {
    this.upgrader?.close();
  }

  protected override onRegistered(): void {
    if (this.isLive) this.runs?.wake();
  }

  protected override async putBack(jobId: string, commandId: string): Promise<PutBack> {
    const done = await (this.drift?.putBack(jobId, commandId) ?? super.putBack(jobId, commandId));
    const job = this.cache.jobs().find((manifest) => manifest.jobId === jobId);
    if (done.ok && job) this.own.onPutBack(job.name);
    return done;
  }

  protected override moreApplyPorts(): Partial<ApplyPorts> {
    const memory = {
      load: () => this.replacedTasks,
      store: (tasks: readonly ReplacedTask[]) => {
        this.replacedTasks = tasks;
      },
    };
    const replaced = new ReplacedTasks(this.scheduler, memory, (data) => {
      this.eventLog.append([{ eventId: newId(), at: new Date().toISOString(), data }]);
      this.runs?.onNews();
    });
    return { replaced };
  }

  protected override moreParts(identity: Identity): MoreParts {
    const { host, seed, onIdentity, onUpgraded } = this.own;
    onIdentity(identity);
    for (const { path, xml } of host.tasks) void this.scheduler.registerText(path, xml);
    this.drift = new DriftWatch({
      scheduler: this.scheduler,
      cache: this.cache,
      memory: transientDriftMemory(),
      facts: () => this.applyFacts(identity),
      exclusively: (act) => act(),
      report: (data) => this.eventLog.append([{ eventId: newId(), at: new Date().toISOString(), data }]),
      whoChanged: () => Promise.resolve(this.touch ? touchOf(this.touch) : null),
      log: silentLog,
    });
    const inventory = new InventoryWatch({
      list: async () => ({ tasks: await this.listTasks(), omitted: 0 }),
      variables: {},
      log: silentLog,
    });
    // The first look; what changes later is asked for by people.
    inventory.onGet();
    this.upgrader = new DemoUpgrader({
      version: () => this.agentVersion,
      ...host.upgrade,
      onInstalled: (version) => {
        this.agentVersion = version;
        onUpgraded(version);
        this.reconnect();
      },
    });
    return {
      load: { read: () => demoLoadAt(seed, host.name, host.load, Date.now()) },
      inventory,
      upgrader: this.upgrader,
      onChannel: (channel) => {
        this.reconnect = () => channel.close(1000, 'the new version starts');
      },
    };
  }

  private async listTasks(): Promise<ListedTask[]> {
    const hourAgo = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const known = [...this.own.host.tasks, ...this.cache.registered().jobs];
    const paths = new Map(known.map(({ path }) => [path.toLowerCase(), path]));
    return [...this.scheduler.tasks.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, task]) => {
        const definition = writeTaskXml(task);
        const { enabled, runAs } = summarize(task);
        return {
          path: paths.get(key) ?? key,
          definitionHash: sha256Hex(definition),
          definition,
          problem: null,
          ...{ enabled, runAs },
          lastResult: 0,
          lastRunAt: new Date(hourAgo).toISOString(),
          nextRunAt: null,
        };
      });
  }
}
