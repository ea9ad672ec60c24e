import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { DemoHost, DemoOrder, DemoReport, DemoStart, ToldRun } from '@carillon/contract/fleet/demo-messages';
import { agentVersion } from '../../lib/agent-version.js';
import { DemoActions } from './demo-actions.js';
import { DemoFleetHost } from './demo-host.js';
import { demoPlayOf } from './demo-play.js';
import { FleetState } from './fleet-state.js';

/** Sooner than a real agent: somebody is watching. */
const reconnect = { firstWindowMs: 500, maxWindowMs: 20_000, healthyAfterMs: 20_000 };
/** Hosts whose past is in memory at one time. */
const pastsAtOnce = 12;
const lookMs = 20;
const keepMs = 30_000;

/** The fleet of a demo: hosts with names, places and a past, which a later start goes on with. */
export class DemoFleet {
  private readonly hosts = new Map<string, DemoFleetHost>();
  private readonly ends = new Map<string, AbortController>();
  private readonly state: FleetState;
  private readonly actions: DemoActions;
  private readonly stopped = new AbortController();
  private readonly lives: Promise<void>[] = [];
  private keeper: NodeJS.Timeout | undefined;
  private isLive = false;
  private joining = 0;
  private online = 0;

  constructor(
    private readonly options: DemoStart,
    private readonly report: (report: DemoReport) => void,
  ) {
    this.state = new FleetState(options.stateFile, Date.now());
    this.actions = new DemoActions(options);
    setMaxListeners(0, this.stopped.signal);
  }

  async obey(order: Exclude<DemoOrder, DemoStart>): Promise<void> {
    if (order.kind === 'past') await this.tellPasts(this.state.toldMs ?? order.fromMs);
    else if (order.kind === 'tell') await this.tellRuns(order.runs);
    else if (order.kind === 'tamper') {
      const { host, job, how, account, atMs } = order;
      this.state.tamperedWith(host, { job, how, account, atMs });
      await this.hosts.get(host)?.tamper({ job, how, account, atMs });
      await this.hosts.get(host)?.delivered(this.stopped.signal);
    } else await this.stop();
    this.report({ kind: 'done', order: order.kind });
  }

  /** Joins all that are not gone for good; returns when all have tried. */
  async joinAll(): Promise<void> {
    const { signal } = this.stopped;
    for (const host of this.options.hosts) {
      // What is gone has told its past in an earlier start.
      if (host.goneSinceMs !== null && this.state.toldMs !== null) continue;
      // A demo that was filled by an earlier version has other hosts.
      if (host.token === null && !this.state.identityOf(host.name)) continue;
      while (this.joining >= this.options.joiningAtOnce && !signal.aborted) await wait(lookMs);
      if (signal.aborted) return;
      this.joining += 1;
      this.startHost(host);
    }
    while (this.joining > 0 && !signal.aborted) await wait(lookMs);
    this.state.write();
    this.report({ kind: 'done', order: 'start' });
  }

  private startHost(host: DemoHost): void {
    const { seed, plays, server } = this.options;
    const facts = { seed, plays, beganMs: this.state.beganMs };
    const end = new AbortController();
    let joined = false;
    const fleetHost = new DemoFleetHost({
      ...{ server, host, seed, reconnect, epoch: this.state.epoch, token: host.token ?? '' },
      playOf: (run) => demoPlayOf(facts, run),
      carryOut: (run) => this.actions.carryOut(host, run),
      identity: this.state.identityOf(host.name),
      agentVersion: this.state.versionOf(host.name) ?? agentVersion,
      onIdentity: (identity) => this.state.joined(host.name, identity),
      onUpgraded: (version) => this.state.upgraded(host.name, version),
      onPutBack: (job) => this.state.putBack(host.name, job),
      onOnline: () => {
        if (!joined) this.joining -= 1;
        joined = true;
        this.online += 1;
        this.report({ kind: 'online', hosts: this.online });
      },
      onOffline: () => {
        this.online -= 1;
      },
      onApplied: (rev, jobs) => this.report({ kind: 'applied', host: host.name, rev, jobs }),
    });
    this.hosts.set(host.name, fleetHost);
    this.ends.set(host.name, end);
    const life = fleetHost.live(AbortSignal.any([this.stopped.signal, end.signal]));
    this.lives.push(life);
    life.catch((error: unknown) => {
      this.report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      this.stopped.abort();
    });
  }

  /** Some hosts at a time, so that memory holds few pasts. Hosts work on from there, or are gone. */
  private async tellPasts(fromMs: number): Promise<void> {
    const { signal } = this.stopped;
    const waiting = this.options.hosts.filter(({ name }) => this.hosts.has(name));
    let done = 0;
    let runs = 0;
    const next = async (): Promise<void> => {
      for (let host = waiting.shift(); host && !signal.aborted; host = waiting.shift()) {
        const fleetHost = this.hosts.get(host.name);
        runs += fleetHost?.goLive(fromMs, host.goneSinceMs) ?? 0;
        await fleetHost?.delivered(signal);
        if (host.goneSinceMs !== null) this.ends.get(host.name)?.abort();
        done += 1;
        if (done % 10 === 0 || waiting.length === 0) this.report({ kind: 'told', hosts: done, runs });
      }
    };
    await Promise.all(Array.from({ length: pastsAtOnce }, next));
    for (const { host, ...tampering } of this.state.tampered) await this.hosts.get(host)?.tamper(tampering);
    this.isLive = true;
    this.keep();
    this.keeper = setInterval(() => this.keep(), keepMs);
  }

  private async tellRuns(runs: readonly ToldRun[]): Promise<void> {
    for (const run of runs) this.hosts.get(run.host)?.tellRun(run);
    const hosts = [...new Set(runs.map(({ host }) => host))];
    await Promise.all(hosts.map((host) => this.hosts.get(host)?.delivered(this.stopped.signal)));
  }

  private keep(): void {
    this.state.told(Date.now());
    this.state.write();
  }

  private async stop(): Promise<void> {
    clearInterval(this.keeper);
    if (this.isLive) this.keep();
    for (const host of this.hosts.values()) host.close();
    this.stopped.abort();
    await Promise.allSettled(this.lives);
    await this.actions.close();
  }
}
