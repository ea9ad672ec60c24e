import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { unreachable } from '@carillon/core/state/states';
import { isAlive } from '@carillon/stack/data-folder';
import type { Fault } from './chaos-plan.js';
import { Cluster, redisProgram, type ServerProcess } from './cluster.js';
import { eventually } from './product.js';
import { TestHost } from './test-host.js';

const clockModule = join(import.meta.dirname, 'clock-offset.cjs');

interface Member {
  readonly host: TestHost;
  readonly clockFile: string;
}

/** Two servers, some hosts behind doors of their own, and everything that can be done to them. */
export class ChaosFleet {
  /** Runs whose runner was killed: what became of them is not known, on the host neither. */
  readonly killed = new Set<string>();
  /** The longest that any server's memory ever got, in bytes. */
  peakMemoryBytes = 0;
  private version = 0;

  private constructor(
    readonly cluster: Cluster,
    private readonly members: readonly Member[],
  ) {}

  static async start(hosts: number): Promise<ChaosFleet> {
    const env = { CARILLON_POLL_MS: '1000' };
    const cluster = await Cluster.start({ doors: hosts, redis: redisProgram.kind === 'found', env });
    try {
      const members = await Promise.all(
        Array.from({ length: hosts }, async (_, place): Promise<Member> => {
          const name = `host-${place + 1}`;
          const clockFile = join(cluster.folder, `${name}-clock`);
          writeFileSync(clockFile, '0');
          const clock = { NODE_OPTIONS: `--require=${clockModule}`, CARILLON_TEST_CLOCK_FILE: clockFile };
          const host = await TestHost.enrol(cluster, { name, server: cluster.door(place).url, env: clock });
          host.shortenReconnects();
          host.startAgent();
          return { host, clockFile };
        }),
      );
      const fleet = new ChaosFleet(cluster, members);
      await fleet.changeJobs();
      await fleet.inStep();
      return fleet;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get hosts(): readonly TestHost[] {
    return this.members.map(({ host }) => host);
  }

  /** A new version of every job. @throws when no server takes it */
  async changeJobs(): Promise<void> {
    this.version += 1;
    const documents = this.hosts.map((host) => ({
      ...host.job(host.name, 800),
      description: `version ${this.version}`,
    }));
    await this.cluster.api.call('POST', '/apply', { documents });
  }

  /** Resolves when every host has registered exactly what is desired, and is on the line. */
  async inStep(): Promise<void> {
    await eventually(async () => {
      const page = await this.cluster.api
        .call<{ items: { inSync: boolean; presence: string }[] }>('GET', '/hosts?limit=500')
        .catch(() => undefined);
      return page?.items.every(({ inSync, presence }) => inSync && presence === 'online') || undefined;
    });
  }

  /** Resolves when the servers together hold the sockets of all hosts: what stands in the database may be old. */
  private async allOnline(): Promise<void> {
    await eventually(async () => {
      const held = await Promise.all(
        this.cluster.servers.map(async (server) => (await metricsOf(server)).carillon_agents_connected ?? 0),
      );
      return held.reduce((sum, count) => sum + count, 0) === this.members.length || undefined;
    });
  }

  /** Does what the plan says, and puts right what does not heal by itself. */
  async strike(fault: Fault): Promise<void> {
    const { cluster } = this;
    switch (fault.kind) {
      case 'kill-server':
      case 'restart-server': {
        const server = cluster.server(fault.server);
        await server.stop(fault.kind === 'kill-server' ? 'SIGKILL' : 'SIGTERM');
        await wait(fault.downMs);
        server.start();
        await server.untilReady();
        return;
      }
      case 'kill-postgres':
        await cluster.killPostgres();
        await wait(fault.downMs);
        return cluster.startPostgres();
      case 'kill-centre':
        await this.allOnline();
        await cluster.killPostgres();
        await wait(fault.awayMs);
        await Promise.all(cluster.servers.map((server) => server.stop('SIGKILL')));
        await cluster.startPostgres();
        for (const server of cluster.servers) server.start();
        await Promise.all(cluster.servers.map((server) => server.untilReady()));
        return;
      case 'kill-redis':
        process.kill(cluster.redis.pid, 'SIGKILL');
        await wait(fault.downMs);
        return cluster.startRedis();
      case 'forget-redis':
        return cluster.redisCommand('FLUSHALL');
      case 'kill-agent':
        await this.host(fault.host).endAgent('SIGKILL');
        await wait(fault.downMs);
        return this.host(fault.host).startAgent();
      case 'kill-runner': {
        const runner = this.host(fault.host).running()[0];
        if (!runner || !isAlive(runner.pid)) return;
        this.killed.add(runner.runId);
        process.kill(runner.pid, 'SIGKILL');
        return;
      }
      case 'cut':
        return cluster.door(fault.host).cut();
      case 'reset':
        return cluster.door(fault.host).reset();
      case 'half-open':
        cluster.door(fault.host).swallow('forever');
        await wait(fault.lastsMs);
        // As a firewall that forgot the connection does when something is sent again.
        cluster.door(fault.host).reset();
        return cluster.door(fault.host).heal();
      case 'refuse':
        cluster.door(fault.host).refuse();
        cluster.door(fault.host).cut();
        await wait(fault.lastsMs);
        return cluster.door(fault.host).heal();
      case 'slow':
        cluster.door(fault.host).slow(fault);
        await wait(fault.lastsMs);
        return cluster.door(fault.host).heal();
      case 'clock':
        return writeFileSync(this.member(fault.host).clockFile, String(fault.aheadMs));
      default:
        unreachable(fault);
    }
  }

  /** Clocks right again, every agent killed and started once more: nothing that is only remembered counts. */
  async calm(): Promise<void> {
    for (const { host, clockFile } of this.members) {
      writeFileSync(clockFile, '0');
      await host.endAgent('SIGKILL');
      host.startAgent();
    }
    await eventually(async () => {
      const waiting = await this.cluster.rows(`SELECT 1 FROM command WHERE state = 'queued'`).catch(() => undefined);
      return waiting?.length === 0 || undefined;
    });
  }

  /** Keeps a copy of a host's agent folder, as a snapshot of its disk does. */
  async copyDisk(place: number): Promise<void> {
    const host = this.host(place);
    await host.endAgent('SIGKILL');
    cpSync(host.agentFolder, `${host.agentFolder}-copy`, { recursive: true });
    host.startAgent();
  }

  /** Puts the copy back. Everything must have been told: what a lost disk alone knew is lost. */
  async restoreDisk(place: number): Promise<void> {
    const host = this.host(place);
    await host.endAgent('SIGKILL');
    rmSync(host.agentFolder, { recursive: true });
    renameSync(`${host.agentFolder}-copy`, host.agentFolder);
    host.startAgent();
  }

  /** Starts tasks on all hosts, by their schedulers and by command at any server, until it is told to stop. */
  work(random: () => number): { stop(): Promise<void> } {
    let on = true;
    // Nothing waits for an answer: while the database is away there is none, and tasks start all the same.
    const asked: Promise<unknown>[] = [];
    const ask = (what: Promise<unknown>) => asked.push(what.catch(() => undefined));
    const done = (async () => {
      for (let turn = 1; on; turn += 1) {
        const host = this.host(Math.floor(random() * this.members.length));
        const server = this.cluster.server(Math.floor(random() * this.cluster.servers.length));
        await host.startTask(host.name);
        if (turn % 2 === 0) ask(server.api.call('POST', `/jobs/${host.name}/run`, {}));
        if (turn % 8 === 0) ask(this.changeJobs());
        ask(this.watchMemory());
        await wait(400 + random() * 600);
      }
    })();
    return {
      stop: async () => {
        on = false;
        await done;
        await Promise.all(asked);
      },
    };
  }

  private async watchMemory(): Promise<void> {
    for (const server of this.cluster.servers) {
      const { process_resident_memory_bytes: bytes = 0 } = await metricsOf(server);
      this.peakMemoryBytes = Math.max(this.peakMemoryBytes, bytes);
    }
  }

  private host(place: number): TestHost {
    return this.member(place).host;
  }

  private member(place: number): Member {
    const found = this.members[place];
    if (!found) throw new Error(`no host ${place}`);
    return found;
  }
}

/** What a server's `/metrics` says, without labelled ones; nothing of one that does not answer. */
async function metricsOf(server: ServerProcess): Promise<Record<string, number>> {
  const text = await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })
    .then((answer) => answer.text())
    .catch(() => '');
  return Object.fromEntries([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
}
