import { setTimeout as wait } from 'node:timers/promises';
import { quantilesOf } from '../quantiles.js';
import { LoadHost } from './load-host.js';
import type { Answer, LoadFigures, Order } from './orders.js';

/** Joining at once would only meet the server's limit of unauthenticated sockets per address. */
const joiningAtOnce = 10;
const tickMs = 5;
const shortestRunMs = 200;

/** A process of its own that plays many hosts; its parent sends orders. */
class LoadProgram {
  private hosts: LoadHost[] = [];
  private completed = 0;
  private completedMs = 0;
  private latencies: number[] = [];
  private reached: (() => void) | undefined;

  async carryOut(order: Order): Promise<Answer> {
    switch (order.kind) {
      case 'join':
        await this.join(order);
        return { kind: 'joined' };
      case 'flood':
        return this.measure(async () => {
          for (const host of this.hosts) host.flood(Number.POSITIVE_INFINITY, false);
          await wait(order.seconds * 1_000);
          for (const host of this.hosts) host.settle();
        });
      case 'burst':
        return this.measure(async () => {
          for (const [index, host] of this.hosts.entries()) host.flood(this.share(order.results, index), true);
        });
      case 'paced':
        return this.measure(() => this.pace(order.perSecond, order.seconds));
      case 'single':
        return { kind: 'sent', runId: this.hosts[0]?.single(order.failing) ?? '', atMs: Date.now() };
    }
  }

  private async join({ server, token, hosts, jobIds }: Extract<Order, { kind: 'join' }>): Promise<void> {
    const observer = {
      acked: (latencyMs: number) => this.latencies.push(latencyMs),
      completed: (count: number) => this.count(count),
      failed: (message: string) => this.fail(message),
    };
    this.hosts = Array.from(
      { length: hosts },
      (_, index) => new LoadHost(`load-${process.pid}-${index}`, jobIds, observer),
    );
    const queue = [...this.hosts];
    const join = async () => {
      for (let host = queue.pop(); host; host = queue.pop()) await host.join(server, token);
    };
    await Promise.all(Array.from({ length: joiningAtOnce }, join));
  }

  /** Does the work, then waits until every result that was begun is acked. */
  private async measure(work: () => Promise<void>): Promise<Answer> {
    const begun = () => this.hosts.reduce((sum, host) => sum + host.begunCount, 0);
    const before = { begun: begun(), completed: this.completed, cpuMs: cpuMs(), ms: performance.now() };
    this.latencies = [];
    await work();
    const wanted = () => begun() - before.begun;
    await this.until(before.completed, wanted);
    const figures: LoadFigures = {
      results: wanted(),
      seconds: (this.completedMs - before.ms) / 1_000,
      ackMs: quantilesOf(this.latencies),
      cpuMs: cpuMs() - before.cpuMs,
    };
    return { kind: 'figures', figures };
  }

  private until(completedBefore: number, wanted: () => number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        // While windows are full, hosts have runs of their share that did not begin yet.
        const idle = this.hosts.every((host) => host.allBegun);
        if (idle && this.completed - completedBefore >= wanted()) {
          this.reached = undefined;
          resolve();
        }
      };
      this.reached = look;
      look();
    });
  }

  private async pace(perSecond: number, seconds: number): Promise<void> {
    const startedMs = performance.now();
    let sent = 0;
    for (;;) {
      const elapsedMs = Math.min(performance.now() - startedMs, seconds * 1_000);
      for (const due = Math.floor((elapsedMs / 1_000) * perSecond); sent < due; sent += 1)
        this.hosts[sent % this.hosts.length]?.live(shortestRunMs + (sent % 20) * 50);
      if (elapsedMs >= seconds * 1_000) return;
      await wait(tickMs);
    }
  }

  private share(results: number, index: number): number {
    const count = this.hosts.length;
    return Math.floor(results / count) + (index < results % count ? 1 : 0);
  }

  private count(count: number): void {
    this.completed += count;
    this.completedMs = performance.now();
    this.reached?.();
  }

  private fail(message: string): void {
    answer({ kind: 'failed', message });
    for (const host of this.hosts) host.close();
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function answer(what: Answer): void {
  process.send?.(what);
}

const program = new LoadProgram();
process.on('message', (order: Order) => {
  program.carryOut(order).then(answer, (error: unknown) => {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
process.once('disconnect', () => process.exit(0));
