import { Logger } from '@nestjs/common';
import type { BullBackend, BullWorker } from './bull-backend.js';
import { inTime } from './in-time.js';
import {
  type JobData,
  type JobHandlers,
  type JobName,
  type JobQueue,
  jobCatalog,
  jobNames,
  type QueueHealth,
} from './job-queue.js';
import { describeError, StateLog } from './state-log.js';

/** Probes of readiness are impatient: a balancer that waits two seconds calls the whole server dead. */
const probeMs = 500;
const jobOptions = {
  removeOnComplete: true,
  removeOnFail: 100,
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000 },
};

/** The queue on BullMQ, one queue for all jobs. */
export class BullJobQueue implements JobQueue {
  private readonly logger = new Logger('Queue');
  private readonly state = new StateLog('Queue');
  private worker: BullWorker | undefined;
  private scheduling = false;
  private closed = false;

  constructor(private readonly backend: BullBackend) {
    backend.queue.on('error', (error) => this.fails(error));
  }

  start(handlers: JobHandlers): void {
    this.worker = this.backend.makeWorker(async (name, data) => {
      const handler = Object.hasOwn(handlers, name) ? handlers[name as JobName] : undefined;
      // A newer server may have queued it: ignored and logged, never guessed.
      if (handler) await handler(data);
      else this.logger.warn(`no handler for job ${JSON.stringify(name)}`);
    });
    this.worker.on('error', (error) => this.fails(error));
    this.worker.on('failed', (_job, error) => this.logger.warn(`a job failed: ${describeError(error)}`));
    this.worker.on('ready', () => this.state.works());
    this.worker.on('completed', () => this.state.works());
    this.ensureSchedules();
  }

  ensureSchedules(): void {
    if (this.scheduling || this.closed) return;
    this.scheduling = true;
    this.schedule()
      .catch((error) => this.fails(error))
      .finally(() => {
        this.scheduling = false;
      });
  }

  async enqueue(name: JobName, data: JobData): Promise<void> {
    await inTime(this.backend.queue.add(name, data, { ...jobOptions, jobId: `${name}-${data.id}` }));
  }

  async health(): Promise<QueueHealth> {
    try {
      await inTime(this.backend.queue.getWaitingCount(), probeMs);
      return { mode: this.backend.mode, ok: true };
    } catch (error) {
      // What broke the connection says more than that nothing came back.
      return { mode: this.backend.mode, ok: false, message: this.state.problem ?? describeError(error) };
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    // A queue that is away cannot be left politely: closing must not wait for it.
    const closing = [this.worker?.close(), this.backend.queue.close()].map((promise) =>
      promise?.catch(() => undefined),
    );
    await inTime(Promise.all(closing)).catch((error) => this.logger.warn(`queue not closed: ${describeError(error)}`));
  }

  private async schedule(): Promise<void> {
    for (const name of jobNames) {
      const template = { name, data: { id: name }, opts: jobOptions };
      await this.backend.queue.upsertJobScheduler(name, { every: jobCatalog[name].everyMs }, template);
    }
  }

  private fails(error: unknown): void {
    if (!this.closed) this.state.fails(error);
  }
}
