import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { type ArchiveState, ArchiveStateStore } from '../store/archive-state.store.js';
import { collectedGauge, ScrapedFigures } from './collected-gauge.js';

/** Metrics of the archive of runs' output; none where there is no archive. */
@Injectable()
export class ArchiveMetrics {
  private readonly figures: ScrapedFigures<ArchiveState>;

  constructor(
    @Inject(ArchiveStateStore) store: ArchiveStateStore,
    @Inject(CONFIG) private readonly config: Pick<Config, 'archive'>,
  ) {
    this.figures = new ScrapedFigures('the archive', new Logger('Metrics'), () => store.read());
  }

  /** Adds the metrics to a registry. While the database is away, what it would tell is left out. */
  addTo(registry: Registry): void {
    if (!this.config.archive) return;
    const gauge = (name: string, help: string, value: (state: ArchiveState) => number | undefined) =>
      collectedGauge(registry, { name, help, labelNames: [] }, async (set) => {
        const state = await this.figures.get();
        const known = state && value(state);
        if (known !== undefined) set({}, known);
      });
    gauge('carillon_archive_objects', 'Objects in the archive, one for each run', ({ objects }) => objects);
    gauge('carillon_archive_bytes', 'Bytes of the objects in the archive', ({ objectBytes }) => objectBytes);
    gauge('carillon_archive_output_bytes', 'Bytes that runs wrote and that lie in them', (state) => state.outputBytes);
    gauge('carillon_archive_last_success_timestamp_seconds', 'When the archive last worked', ({ workedAt }) =>
      workedAt ? workedAt.getTime() / 1_000 : undefined,
    );
    collectedGauge(
      registry,
      {
        name: 'carillon_archive_failing_since_timestamp_seconds',
        help: 'Since when output is not archived, and why; left out while it is',
        labelNames: ['fault'],
      },
      async (set) => {
        const state = await this.figures.get();
        if (state?.failingSince) set({ fault: state.fault ?? 'other' }, state.failingSince.getTime() / 1_000);
      },
    );
  }
}
