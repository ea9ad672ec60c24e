import type { Manifest } from '@carillon/core/job/job-spec';
import { acknowledge, type FoundFile, lookAtFiles } from '@carillon/core/watch/file-arrival';
import { belowThreshold, lookAtMeasure, type ThresholdState } from '@carillon/core/watch/threshold';
import { isWatched, type WatchedEntry } from '@carillon/wintask/schedule/schedule';
import { newId } from '../lib/new-id.js';
import { nothingWatched, type TriggerMemory, type TriggerPorts } from './trigger-ports.js';

const stableMs = 4_000;
/** A ticket that no runner claimed by then must not explain a later start. */
const ticketMs = 60_000;
/** What could not be started for so long is given up, and said. */
const giveUpMs = 3_600_000;

/**
 * Starts jobs for what no native trigger can see: files that arrive, measures above a threshold, runs of other jobs that
 * ended. It starts them through Task Scheduler, so that they run like any other; nobody else is needed for it.
 */
export class TriggerWatch {
  private readonly measures = new Map<string, ThresholdState>();

  constructor(private readonly ports: TriggerPorts) {}

  /** Never throws: what cannot be looked at now is looked at next time. */
  async look(): Promise<void> {
    try {
      const jobs = this.ports.jobs().filter(({ enabled }) => enabled);
      for (const job of jobs)
        for (const [place, entry] of job.schedule.entries())
          if (isWatched(entry)) await this.lookAt(job, `${job.jobId}/${place}`, entry);
      await this.startFollowers();
      this.forgetGone(new Set(jobs.map(({ jobId }) => jobId)));
    } catch (error) {
      this.ports.log.warn('cannot look at what starts jobs', { error: String(error) });
    }
  }

  private async lookAt(job: Manifest, key: string, entry: WatchedEntry): Promise<void> {
    if (entry.kind === 'file') await this.lookAtFiles(job, key, entry.pattern);
    if (entry.kind === 'metric') await this.lookAtMeasure(job, key, entry);
  }

  private async lookAtFiles(job: Manifest, key: string, pattern: string): Promise<void> {
    const { files, now } = this.ports;
    // Another pattern is another entry: what lies there now is no news.
    const place = `${key} ${pattern}`;
    const before = this.memory.files[place];
    const { memory, arrived } = lookAtFiles(before, files(pattern), { nowMs: now(), stableMs });
    const [first] = arrived;
    // While a run is under way that a start would be skipped for, the files wait for its end.
    const isHeld = job.onOverlap === 'skip' && this.ports.isUnderWay(job.jobId);
    const isDone = first !== undefined && !isHeld && (await this.start(job, fileCause(arrived), first.path));
    const after = isDone ? acknowledge(memory, arrived) : memory;
    if (JSON.stringify(after) !== JSON.stringify(before))
      this.store({ files: { ...this.memory.files, [place]: after } });
  }

  private async lookAtMeasure(
    job: Manifest,
    key: string,
    entry: Extract<WatchedEntry, { kind: 'metric' }>,
  ): Promise<void> {
    const percent = this.ports.measure(entry);
    const before = this.measures.get(key) ?? belowThreshold;
    const { state, fires } = lookAtMeasure(before, percent, entry, this.ports.now());
    const { disk, metric, abovePercent, forMs } = entry;
    const cause = `${disk ?? metric} at ${Math.round(percent ?? 0)} %, above ${abovePercent} % for ${forMs / 1_000} s`;
    // One that could not be started is tried again at the next look.
    this.measures.set(key, fires && !(await this.start(job, cause)) ? { ...state, isTold: false } : state);
  }

  private async startFollowers(): Promise<void> {
    for (const follow of this.memory.follows.pending) {
      const { key, jobId, cause, sinceMs } = follow;
      const job = this.ports.jobs().find((candidate) => candidate.jobId === jobId);
      const isOver = this.ports.now() - sinceMs > giveUpMs || job === undefined;
      if (isOver) this.ports.log.warn('gave up starting a job after another', { job: job?.name ?? jobId, cause });
      if (!isOver && !(await this.start(job, cause))) continue;
      const { pending, done } = this.memory.follows;
      this.store({ follows: { pending: pending.filter((each) => each.key !== key), done } });
    }
  }

  private async start({ jobId, name }: Manifest, cause: string, file?: string): Promise<boolean> {
    const { start, now, log } = this.ports;
    const ticket = { commandId: null, runId: newId(), expiresAtMs: now() + ticketMs, cause };
    const done = await start(jobId, file === undefined ? ticket : { ...ticket, file });
    if (done.ok) log.info('starts a job', { job: name, cause });
    else log.warn('could not start a job', { job: name, cause, code: done.code, message: done.message });
    return done.ok;
  }

  private forgetGone(live: ReadonlySet<string>): void {
    const isLive = (key: string) => live.has(key.slice(0, key.indexOf('/')));
    for (const key of this.measures.keys()) if (!isLive(key)) this.measures.delete(key);
    const kept = Object.entries(this.memory.files).filter(([key]) => isLive(key));
    if (kept.length < Object.keys(this.memory.files).length) this.store({ files: Object.fromEntries(kept) });
  }

  private get memory(): TriggerMemory {
    return this.ports.memory.load() ?? nothingWatched;
  }

  private store(change: Partial<TriggerMemory>): void {
    this.ports.memory.store({ ...this.memory, ...change });
  }
}

function fileCause(arrived: readonly FoundFile[]): string {
  const [first, ...others] = arrived;
  return `${first?.path} arrived${others.length === 0 ? '' : `, and ${others.length} more`}`;
}
