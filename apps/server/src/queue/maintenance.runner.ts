import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { MaintenanceStore } from '../store/maintenance.store.js';
import { AlertNudge } from './alert-nudge.js';
import { JOB_QUEUE, type JobName, type JobQueue, jobCatalog, jobNames } from './job-queue.js';
import { describeError } from './state-log.js';

/** A job that did not run here for this many intervals is run without the queue. */
const lateIntervals = 3;
const checkMs = 5_000;
/** What they change is signalled to the alert engine. */
const leavesSignals: ReadonlySet<JobName> = new Set(['missed.judge', 'hosts.watch', 'alerts.audit']);

/**
 * Runs the repeating maintenance. The queue gives each turn to one server; a timer in every server runs what the
 * queue did not, so that nothing depends on Redis. Several servers may do so at once: the store takes a lock.
 */
@Injectable()
export class MaintenanceRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Maintenance');
  private readonly lastSuccessMs = new Map<JobName, number>();
  private timer: NodeJS.Timeout | undefined;
  private checking = false;

  constructor(
    @Inject(MaintenanceStore) private readonly store: MaintenanceStore,
    @Inject(JOB_QUEUE) private readonly queue: JobQueue,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
  ) {}

  onApplicationBootstrap(): void {
    const startedMs = Date.now();
    for (const name of jobNames) this.lastSuccessMs.set(name, startedMs);
    this.queue.start({
      partitions: () => this.run('partitions'),
      'commands.expire': () => this.run('commands.expire'),
      'sessions.sweep': () => this.run('sessions.sweep'),
      'pauses.end': () => this.run('pauses.end'),
      'missed.judge': () => this.run('missed.judge'),
      'hosts.watch': () => this.run('hosts.watch'),
      'alerts.audit': () => this.run('alerts.audit'),
      'events.prune': () => this.run('events.prune'),
      'credentials.prune': () => this.run('credentials.prune'),
      'commands.prune': () => this.run('commands.prune'),
      'keys.prune': () => this.run('keys.prune'),
      'deliveries.prune': () => this.run('deliveries.prune'),
      'alerts.prune': () => this.run('alerts.prune'),
    });
    this.timer = setInterval(() => void this.runLate(Date.now()), checkMs);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async run(name: JobName): Promise<void> {
    const result = await this.store.run(name);
    if (result.kind === 'done' && result.changed > 0 && leavesSignals.has(name)) this.nudge.nudge();
    this.lastSuccessMs.set(name, Date.now());
  }

  /** The fall-back: runs every job whose last success in this process is too long ago. */
  async runLate(nowMs: number): Promise<void> {
    const late = this.lateJobs(nowMs);
    if (this.checking || late.length === 0) return;
    this.checking = true;
    try {
      for (const name of late) await this.run(name);
    } catch (error) {
      this.logger.warn(`maintenance without the queue failed: ${describeError(error)}`);
    } finally {
      this.checking = false;
    }
    // Either another server has all the turns, or the queue forgot its schedules.
    this.queue.ensureSchedules();
  }

  private lateJobs(nowMs: number): JobName[] {
    return jobNames.filter(
      (name) => nowMs - (this.lastSuccessMs.get(name) ?? 0) > lateIntervals * jobCatalog[name].everyMs,
    );
  }
}
