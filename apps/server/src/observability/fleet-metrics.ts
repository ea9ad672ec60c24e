import { hostPresences, noticeStates } from '@carillon/core/state/states';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { JOB_QUEUE, type JobQueue } from '../queue/job-queue.js';
import { Database } from '../store/database.store.js';
import { type FleetFigures, FleetMetricsStore } from '../store/fleet-metrics.store.js';

/** Several scrapers at once ask the database once. */
const freshMs = 2_000;

/** Metrics of hosts and runs, which are the whole product's on any server; and of what this server works with. */
@Injectable()
export class FleetMetrics {
  private readonly logger = new Logger('Metrics');
  private last: { atMs: number; figures: Promise<FleetFigures> } | undefined;

  constructor(
    @Inject(FleetMetricsStore) private readonly store: FleetMetricsStore,
    @Inject(Database) private readonly database: Database,
    @Inject(JOB_QUEUE) private readonly queue: JobQueue,
  ) {}

  /** Adds the metrics to a registry. While the database is away, what it would tell is left out. */
  addTo(registry: Registry): void {
    const gauge = <L extends string>(
      name: string,
      help: string,
      labelNames: readonly L[],
      collect: (set: (labels: Record<L, string>, value: number) => void) => void | Promise<void>,
    ) =>
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers: [registry],
        async collect() {
          this.reset();
          await collect((labels, value) => this.set(labels as never, value));
        },
      });
    // The first, so that they do not count the statements of the scrape itself: metrics are read in their order.
    const { pool, ingestPool } = this.database;
    const pools = [
      ['main', pool],
      ['ingest', ingestPool],
    ] as const;
    gauge('carillon_postgres_connections', 'Connections of this server to Postgres', ['pool', 'state'], (set) => {
      for (const [name, { totalCount, idleCount }] of pools) {
        set({ pool: name, state: 'idle' }, idleCount);
        set({ pool: name, state: 'busy' }, totalCount - idleCount);
      }
    });
    gauge('carillon_postgres_waiting', 'Statements that wait for a connection', ['pool'], (set) => {
      for (const [name, { waitingCount }] of pools) set({ pool: name }, waitingCount);
    });
    const read = () => this.figures();
    gauge('carillon_hosts', 'Active hosts by whether their agents are there', ['presence'], async (set) => {
      const figures = await read();
      for (const presence of figures ? hostPresences : [])
        set({ presence }, figures?.hosts.find((each) => each.presence === presence)?.count ?? 0);
    });
    gauge('carillon_spool_waiting_events', 'Events that wait on hosts whose agents are there', [], async (set) => {
      const there = (await read())?.hosts.filter(({ presence }) => presence === 'online' || presence === 'lagging');
      if (there)
        set(
          {},
          there.reduce((sum, { waiting }) => sum + waiting, 0),
        );
    });
    gauge('carillon_runs_last_minute', 'Runs that started within the last whole minute', ['outcome'], async (set) => {
      const figures = await read();
      if (!figures) return;
      const { started, bad } = figures.runs;
      set({ outcome: 'bad' }, bad);
      set({ outcome: 'other' }, Math.max(0, started - bad));
    });
    gauge(
      'carillon_subscription_deliveries',
      'Events for subscriptions that wait, and all of the last hour',
      ['state'],
      async (set) => {
        const figures = await read();
        for (const state of figures ? noticeStates : [])
          set({ state }, figures?.deliveries.find((each) => each.state === state)?.count ?? 0);
      },
    );
    gauge('carillon_queue_up', '1 while the queue of background work takes it', ['mode'], async (set) => {
      const { mode, ok } = await this.queue.health();
      set({ mode }, ok ? 1 : 0);
    });
  }

  private async figures(): Promise<FleetFigures | undefined> {
    const nowMs = Date.now();
    if (!this.last || nowMs - this.last.atMs > freshMs) this.last = { atMs: nowMs, figures: this.store.read(nowMs) };
    try {
      return await this.last.figures;
    } catch (error) {
      this.last = undefined;
      this.logger.warn(`figures of hosts and runs cannot be read: ${String(error)}`);
      return undefined;
    }
  }
}
