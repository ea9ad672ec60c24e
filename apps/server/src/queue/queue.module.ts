import { type BeforeApplicationShutdown, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { MaintenanceStore } from '../store/maintenance.store.js';
import { AlertNudge } from './alert-nudge.js';
import { openBullBackend } from './bull-backend.js';
import { BullJobQueue } from './bull-job-queue.js';
import { HINTS, type Hints } from './hints.js';
import { InProcessHints } from './in-process-hints.js';
import { JOB_QUEUE, type JobQueue } from './job-queue.js';
import { MaintenanceRunner } from './maintenance.runner.js';
import { PageNews } from './page-news.js';
import { RedisHints } from './redis-hints.js';

/** Hints and the job queue: with Redis between servers, without it inside this one. */
@Global()
@Module({
  providers: [
    {
      provide: HINTS,
      inject: [CONFIG],
      useFactory: (config: Config): Hints =>
        config.redisUrl === undefined ? new InProcessHints() : new RedisHints(config.redisUrl),
    },
    {
      provide: JOB_QUEUE,
      inject: [CONFIG],
      useFactory: (config: Config): JobQueue => new BullJobQueue(openBullBackend(config)),
    },
    MaintenanceStore,
    MaintenanceRunner,
    AlertNudge,
    PageNews,
  ],
  exports: [HINTS, JOB_QUEUE, MaintenanceStore, AlertNudge, PageNews],
})
export class QueueModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(JOB_QUEUE) private readonly queue: JobQueue,
  ) {}

  /** Jobs use the database, which closes in the next phase. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.close();
  }

  onApplicationShutdown(): void {
    if (this.hints instanceof RedisHints) this.hints.close();
  }
}
