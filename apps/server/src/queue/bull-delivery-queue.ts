import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { type DeliveryKind, type DeliveryQueue, deliveryKinds } from './delivery-queue.js';
import { inTime } from './in-time.js';
import { StateLog } from './state-log.js';

const queueName = 'carillon-deliveries';
/** Groups of deliveries under way at the same time in this server. */
const concurrency = 4;
/** Whoever takes an id takes all that is due, a hundred at a time, as long as there is any: more ids only share the work. */
const oneOf = 10;
const mostIds = 100;
const jobSchema = z.object({ name: z.enum(deliveryKinds), data: z.object({ id: z.uuid() }) });
const jobOptions = { removeOnComplete: true, removeOnFail: true };

/** Ids of deliveries through BullMQ on Redis. Redis may be away: then this server does by itself what it hands over. */
export class BullDeliveryQueue implements DeliveryQueue {
  private readonly queue: Queue;
  private readonly worker: Worker;
  private readonly work = new Map<DeliveryKind, () => Promise<void>>();
  private readonly state = new StateLog('Queue of deliveries');
  private readonly client: Redis;
  private closed = false;

  constructor(url: string) {
    const patience = { connectTimeout: 5_000, retryStrategy: (attempt: number) => Math.min(2_000, 50 * attempt) };
    // What cannot be queued now is done now: ids that waited for Redis would be stale.
    this.client = new Redis(url, { ...patience, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    this.queue = new Queue(queueName, { connection: this.client });
    this.worker = new Worker(queueName, (job) => this.take(job), {
      connection: { url, ...patience, maxRetriesPerRequest: null },
      concurrency,
      ...{ removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
      autorun: false,
    });
    const fails = (error: unknown) => this.fails(error);
    this.client.on('error', fails);
    this.queue.on('error', fails);
    this.worker.on('error', fails);
    this.worker.on('failed', (_job, error) => this.fails(error));
    this.worker.on('completed', () => this.state.works());
  }

  handOver(kind: DeliveryKind, ids: readonly string[], otherwise: () => void): void {
    if (this.client.status !== 'ready' || this.closed) {
      otherwise();
      return;
    }
    const jobs = ids
      .filter((_id, index) => index % oneOf === 0)
      .slice(0, mostIds)
      .map((id) => ({ name: kind, data: { id }, opts: { ...jobOptions, jobId: `${kind}-${id}` } }));
    inTime(this.queue.addBulk(jobs)).catch((error) => {
      this.fails(error);
      otherwise();
    });
  }

  serve(kind: DeliveryKind, work: () => Promise<void>): () => void {
    this.work.set(kind, work);
    if (!this.worker.isRunning()) this.worker.run().catch((error) => this.fails(error));
    return () => this.work.delete(kind);
  }

  async close(): Promise<void> {
    this.closed = true;
    // A Redis that is away cannot be left politely.
    const closing = [this.worker.close(), this.queue.close()].map((promise) => promise.catch(() => undefined));
    await inTime(Promise.all(closing)).catch(() => undefined);
    this.client.disconnect();
  }

  /** What stands in Redis is somebody else's word: it only says that there may be something due in Postgres. */
  private async take(job: Job): Promise<void> {
    const known = jobSchema.safeParse(job);
    if (known.success) await this.work.get(known.data.name)?.();
  }

  private fails(error: unknown): void {
    if (!this.closed) this.state.fails(error);
  }
}
