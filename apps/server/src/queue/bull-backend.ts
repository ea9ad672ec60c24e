import { type Job, Queue, Worker } from 'bullmq';
import type { JobData } from './job-queue.js';
import { patientPostgresBackend } from './patient-postgres-backend.js';

const queueName = 'carillon';
const concurrency = 4;

/** What we use of BullMQ's queue; its own type differs by backend. */
export interface BullQueue {
  add(name: string, data: JobData, options: object): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: object): Promise<unknown>;
  getWaitingCount(): Promise<number>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export interface BullWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'completed' | 'ready', listener: () => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

export interface BullBackend {
  readonly mode: 'postgres' | 'redis';
  readonly queue: BullQueue;
  makeWorker(process: (name: string, data: JobData) => Promise<void>): BullWorker;
}

type Processor = (job: Job<JobData>) => Promise<void>;

/** BullMQ on Redis when there is one, else on its own schema (`bullmq`) in our Postgres. */
export function openBullBackend(config: { redisUrl: string | undefined; databaseUrl: string }): BullBackend {
  return config.redisUrl === undefined ? onPostgres(config.databaseUrl) : onRedis(config.redisUrl);
}

function onRedis(url: string): BullBackend {
  const connection = { url, connectTimeout: 5_000, retryStrategy: (attempt: number) => Math.min(5_000, 100 * attempt) };
  return {
    mode: 'redis',
    queue: new Queue<JobData>(queueName, { connection }) as BullQueue,
    makeWorker: (process) =>
      new Worker<JobData>(queueName, processor(process), {
        connection: { ...connection, maxRetriesPerRequest: null },
        concurrency,
      }) as BullWorker,
  };
}

function onPostgres(connectionString: string): BullBackend {
  const connection = { connectionString, migrate: true, max: 3, application_name: 'carillon-queue' };
  return {
    mode: 'postgres',
    queue: new Queue(queueName, { connection }, patientPostgresBackend) as unknown as BullQueue,
    makeWorker: (process) =>
      new Worker(
        queueName,
        processor(process),
        { connection, concurrency },
        patientPostgresBackend,
      ) as unknown as BullWorker,
  };
}

function processor(process: (name: string, data: JobData) => Promise<void>): Processor {
  return (job) => process(job.name, job.data);
}
