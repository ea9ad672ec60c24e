import type { Logger } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';

type Collect<L extends string> = (set: (labels: Record<L, string>, value: number) => void) => void | Promise<void>;

/** Adds a gauge whose values are looked up when they are scraped; what is not set then is not told. */
export function collectedGauge<L extends string>(
  registry: Registry,
  { name, help, labelNames }: { name: string; help: string; labelNames: readonly L[] },
  collect: Collect<L>,
): void {
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
}

/** Several scrapers at once ask the database once. */
const freshMs = 2_000;

/** Figures of the database for one scrape, whose metrics are looked up one by one. */
export class ScrapedFigures<T> {
  private last: { atMs: number; figures: Promise<T> } | undefined;

  /** @param of what cannot be read, for the log */
  constructor(
    private readonly of: string,
    private readonly logger: Logger,
    private readonly read: (nowMs: number) => Promise<T>,
  ) {}

  /** Undefined while the database is away. */
  async get(): Promise<T | undefined> {
    const nowMs = Date.now();
    if (!this.last || nowMs - this.last.atMs > freshMs) this.last = { atMs: nowMs, figures: this.read(nowMs) };
    try {
      return await this.last.figures;
    } catch (error) {
      this.last = undefined;
      this.logger.warn(`figures of ${this.of} cannot be read: ${String(error)}`);
      return undefined;
    }
  }
}
