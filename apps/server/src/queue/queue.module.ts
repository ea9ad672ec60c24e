import { type BeforeApplicationShutdown, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { MaintenanceStore } from '../store/maintenance.store.js';
import { AlertNudge } from './alert-nudge.js';
import { openBullBackend } from './bull-backend.js';
import { BullDeliveryQueue } from './bull-delivery-queue.js';
import { BullJobQueue } from './bull-job-queue.js';
import { DELIVERY_QUEUE, type DeliveryQueue, noDeliveryQueue } from './delivery-queue.js';
import { HINTS, type Hints } from './hints.js';
import { InProcessHints } from './in-process-hints.js';
import { JOB_QUEUE, type JobQueue } from './job-queue.js';
import { MaintenanceRunner } from './maintenance.runner.js';
import { PageNews } from './page-news.js';
import { QueuedHints } from './queued-hints.js';
import { RedisHints } from './redis-hints.js';

const REDIS_HINTS = Symbol('hints through Redis');

/** Hints and the queues: with Redis between servers, without it inside this one. */
@Global()
@Module({
  providers: [
    {
      provide: DELIVERY_QUEUE,
      inject: [CONFIG],
      useFactory: (config: Config): DeliveryQueue =>
        config.redisUrl === undefined ? noDeliveryQueue : new BullDeliveryQueue(config.redisUrl),
    },
    {
      provide: REDIS_HINTS,
      inject: [CONFIG],
      useFactory: (config: Config): RedisHints | null =>
        config.redisUrl === undefined ? null : new RedisHints(config.redisUrl),
    },
    {
      provide: HINTS,
      inject: [REDIS_HINTS, DELIVERY_QUEUE],
      useFactory: (redis: RedisHints | null, deliveries: DeliveryQueue): Hints =>
        redis ? new QueuedHints(redis, deliveries) : new InProcessHints(),
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
  exports: [HINTS, JOB_QUEUE, DELIVERY_QUEUE, MaintenanceStore, AlertNudge, PageNews],
})
export class QueueModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(REDIS_HINTS) private readonly hints: RedisHints | null,
    @Inject(JOB_QUEUE) private readonly queue: JobQueue,
    @Inject(DELIVERY_QUEUE) private readonly deliveries: DeliveryQueue,
  ) {}

  /** Jobs use the database, which closes in the next phase. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.queue.close(), this.deliveries.close()]);
  }

  onApplicationShutdown(): void {
    this.hints?.close();
  }
}
