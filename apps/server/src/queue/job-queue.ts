/** Every background job: name -> options. Producers, schedules and handlers derive their types from it. */
export const jobCatalog = {
  /** Daily partitions of runs and their output: made a week ahead, dropped when history is older than is kept. */
  partitions: { everyMs: 3_600_000 },
  /** Commands whose life ended before anybody took them. */
  'commands.expire': { everyMs: 10_000 },
  /** Sessions whose gateway died without letting go. */
  'sessions.sweep': { everyMs: 30_000 },
  /** What became of expected runs. */
  'missed.judge': { everyMs: 3_000 },
  /** Hosts that went, came back, or crossed a figure. */
  'hosts.watch': { everyMs: 5_000 },
  /** Whether alerts that fire are told, or have a reason not to be, and whether those that are told can be reached. */
  'alerts.audit': { everyMs: 60_000 },
  /** Event keys that no resend can still ask about. */
  'events.prune': { everyMs: 3_600_000 },
  /** Pauses of hosts that are long over, taken out of what the hosts should have. */
  'pauses.end': { everyMs: 60_000 },
  /** Expired sign-in secrets. */
  'credentials.prune': { everyMs: 3_600_000 },
  /** Commands that are over, older than is kept. */
  'commands.prune': { everyMs: 3_600_000 },
  /** Answers that were kept for repeats of a request. */
  'keys.prune': { everyMs: 3_600_000 },
  /** Events of subscriptions that are over. */
  'deliveries.prune': { everyMs: 600_000 },
  /** Incidents, notices and what belongs to them, older than is kept. */
  'alerts.prune': { everyMs: 600_000 },
} as const satisfies Record<string, { readonly everyMs: number }>;

export type JobName = keyof typeof jobCatalog;
export const jobNames = Object.keys(jobCatalog) as JobName[];

/** Jobs carry an id and no more: what to do stands in Postgres. */
export interface JobData {
  readonly id: string;
}

export type JobHandlers = { readonly [N in JobName]: (data: JobData) => Promise<void> };

export interface QueueHealth {
  readonly mode: 'postgres' | 'redis';
  readonly ok: boolean;
  readonly message?: string;
}

/** A durable queue. It may be away (Redis down): then work is late, since every job also has a fall-back. */
export interface JobQueue {
  /** Begins to work and sets the repeating schedules, in the background. */
  start(handlers: JobHandlers): void;
  /** Sets the repeating schedules again, in case the queue's memory was lost. */
  ensureSchedules(): void;
  /** @throws when the queue does not take the job within two seconds; the row stays and a poll finds it */
  enqueue(name: JobName, data: JobData): Promise<void>;
  health(): Promise<QueueHealth>;
  close(): Promise<void>;
}

/** Injection token. */
export const JOB_QUEUE = Symbol('job queue');
