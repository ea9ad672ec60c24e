import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { FleetReport, FleetStart } from '@carillon/contract/fleet/messages';
import { randomFrom } from '@carillon/core/random/random-from';
import { SocketCutter } from './cut-sockets.js';
import { Ledger } from './ledger.js';
import { playOf } from './play.js';
import { SimulatedHost } from './simulated-host.js';

/** Sooner than a real agent. */
const quickReconnect = { firstWindowMs: 500, maxWindowMs: 20_000, healthyAfterMs: 20_000 };
const lookMs = 50;

/** Many simulated hosts in one process. */
export class Fleet {
  private readonly hosts: SimulatedHost[] = [];
  private readonly ledger: Ledger | undefined;
  private readonly cutter = new SocketCutter();
  private readonly random: () => number;
  private readonly stopped = new AbortController();
  private lives: Promise<void> = Promise.resolve();
  private joining = 0;
  private open = 0;

  constructor(
    private readonly options: Omit<FleetStart, 'kind'>,
    private readonly report: (report: FleetReport) => void,
  ) {
    this.ledger = options.ledgerFile === null ? undefined : new Ledger();
    this.random = randomFrom(options.seed);
    // Every host listens to the one signal; that is no leak.
    setMaxListeners(0, this.stopped.signal);
  }

  start(): void {
    this.lives = this.joinAll().catch((error: unknown) => {
      this.report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      this.stopped.abort();
    });
  }

  fire(everyMs: number): void {
    for (const host of this.hosts) host.fire(everyMs);
  }

  cut(part: number): void {
    this.report({ kind: 'cut', sockets: this.cutter.cut(part, this.random) });
  }

  /** Lets everything end and be acked, at the longest for `limitMs`, then writes the ledger. */
  async quiesce(limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    for (const host of this.hosts) host.quiesce();
    const open = () => this.hosts.filter((host) => !host.isDelivered).length;
    while (open() > 0 && Date.now() < deadline && !this.stopped.signal.aborted) await wait(lookMs);
    if (this.options.ledgerFile !== null) this.ledger?.write(this.options.ledgerFile);
    this.report({ kind: 'quiet', runs: this.ledger?.size ?? 0, undelivered: open() });
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.cutter.close();
    await this.lives;
  }

  private async joinAll(): Promise<void> {
    const { hosts, joiningAtOnce } = this.options;
    const { signal } = this.stopped;
    const lives: Promise<void>[] = [];
    for (let number = 1; number <= hosts && !signal.aborted; number += 1) {
      while (this.joining >= joiningAtOnce && !signal.aborted) await wait(5);
      this.joining += 1;
      const host = this.makeHost(number);
      this.hosts.push(host);
      const life = host.live(signal);
      // Seen at once, not only when all have been started.
      life.catch(() => this.stopped.abort());
      lives.push(life);
    }
    const failed = (await Promise.allSettled(lives)).find((life) => life.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private makeHost(number: number): SimulatedHost {
    const { server, token, prefix, hosts, seed, failureRate, longestRunMs, realReconnect } = this.options;
    const name = `${prefix}-${String(number).padStart(String(hosts).length, '0')}`;
    const rules = { seed, failureRate, longestRunMs };
    let joined = false;
    return new SimulatedHost({
      server,
      token,
      name,
      ...(realReconnect ? {} : { reconnect: quickReconnect }),
      seed,
      playOf: ({ host, manifest, count }) => playOf(rules, host, manifest.name, count),
      ledger: this.ledger,
      withSecrets: this.options.withSecrets,
      onOnline: () => {
        if (!joined) this.joining -= 1;
        joined = true;
        this.open += 1;
        this.report({ kind: 'online', host: name, atMs: Date.now(), open: this.open });
      },
      onOffline: () => {
        this.open -= 1;
        this.report({ kind: 'offline', host: name, atMs: Date.now(), open: this.open });
      },
      onApplied: (rev, jobs) => this.report({ kind: 'applied', host: name, rev, jobs, atMs: Date.now() }),
    });
  }
}
