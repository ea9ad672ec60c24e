import { failureOfLastStart, type LastStart } from '@carillon/core/starts/last-result';
import { noStarts, readStarts, type StartsMemory } from '@carillon/core/starts/read-starts';
import { describeStartFailure, type StartFailure } from '@carillon/core/starts/start-failure';
import { readTouches, type TaskTouch, type TaskTouches, touchBehind } from '@carillon/core/starts/task-touches';
import type { DriftKind } from '@carillon/core/state/states';
import type { Log } from '../lib/log.js';
import type { HistoryStatus, TaskHistory } from '../scheduler/task-history.js';
import type { DesiredCache, RegisteredJob } from '../state/desired-cache.js';
import type { UnnumberedEvent } from '../state/event-log.js';
import { manifestHere } from '../state/manifest-here.js';
import { startEventOf } from './start-event.js';

/** How far the log was read. In one piece with what is still open there, so that neither can be ahead of the other. */
export interface HistoryPlace {
  /** Number of the last record that was read. */
  readonly recordId: number;
  readonly starts: StartsMemory;
  /** Agents before it kept none. */
  readonly touches?: TaskTouches;
  /** Starts that were told from last results alone: when they were, by path. Agents before it kept none. */
  readonly fromResults?: Readonly<Record<string, string>>;
  /** What the centre was last told of the log. */
  readonly said: HistoryStatus | null;
}

export interface HistoryMemory {
  load(): HistoryPlace | undefined;
  store(place: HistoryPlace): void;
}

export interface StartPorts {
  readonly history: TaskHistory;
  readonly cache: DesiredCache;
  readonly memory: HistoryMemory;
  readonly facts: () => {
    readonly agentId: string;
    readonly hostTimezone: string;
    readonly nowMs: number;
    readonly hostName?: string | undefined;
  };
  /** When a runner of the job last began a run; null when none did. */
  readonly lastStartMs: (jobId: string) => number | null;
  /** What the listing says of last starts: looked at where the log cannot tell. */
  readonly lastStarts: () => Promise<readonly LastStart[]>;
  /** Was this agent changing the task at that time? */
  readonly isOwn: (path: string, atMs: number) => boolean;
  /** An event that is told twice under one id is told once. */
  readonly report: (event: UnnumberedEvent) => void;
  /** Tells what the centre should know of the log itself. */
  readonly reportStatus: (status: HistoryStatus) => void;
  readonly log: Log;
}

const recordsPerRead = 500;
const readsPerLook = 40;
/** Asking how the log is set up costs a process, and it hardly ever changes. */
const looksPerStatus = 10;
/** A listing costs more than a look into the log. */
const looksPerListing = 5;

/**
 * Reads on in Task Scheduler's log and reports starts of our jobs of which no run came. Events go out before the place
 * in the log is stored: a crash in between reads the same records again, which give the same events with the same ids.
 */
export class StartWatch {
  private looks = 0;
  private status: HistoryStatus | undefined;

  constructor(private readonly ports: StartPorts) {}

  /** Never throws: what cannot be read now is read next time. */
  async look(): Promise<void> {
    const { history, memory, log } = this.ports;
    try {
      const asks = this.looks % looksPerStatus === 0 || this.status?.state !== 'on';
      this.looks += 1;
      if (asks) await this.askStatus();
      if (this.status?.state !== 'on' && this.looks % looksPerListing === 1) await this.readLastStarts();
      if (this.status?.state === 'unreadable') return;
      let place = memory.load();
      // What happened before the agent came is not its to tell.
      if (!place || place.recordId < 0) place = this.keep({ ...blank, ...place, recordId: await history.newest() });
      else if (asks && (await history.newest()) < place.recordId) {
        log.warn("Task Scheduler's log was emptied; reading it from the start");
        place = this.keep({ ...place, recordId: 0 });
      }
      await this.readOn(place);
    } catch (error) {
      this.status = undefined;
      log.warn("Task Scheduler's log could not be read", { error: String(error) });
    }
  }

  /** Who made a task what it was found as, and when, as far as the log was read. */
  whoChanged(path: string, found: DriftKind): TaskTouch | null {
    return touchBehind(this.ports.memory.load()?.touches ?? {}, path, found);
  }

  private async askStatus(): Promise<void> {
    const { history, memory, log, reportStatus } = this.ports;
    const status = await history.status();
    this.status = status;
    const place = memory.load() ?? blank;
    if (JSON.stringify(place.said) === JSON.stringify(status)) return;
    if (status.state !== 'on') log.warn("Task Scheduler's log cannot tell why a job did not start", { ...status });
    // A log that was always on is nothing to speak of, but a centre may know it as off.
    reportStatus(status);
    this.keep({ ...place, said: status });
  }

  private async readLastStarts(): Promise<void> {
    const jobs = this.jobs();
    const place = this.ports.memory.load() ?? blank;
    const told: Record<string, string> = {};
    for (const start of await this.ports.lastStarts()) {
      const job = jobs.get(start.path.toLowerCase());
      const failure = job && failureOfLastStart(start, (_, sinceMs) => this.hasRun(job, sinceMs));
      if (!failure) continue;
      if (place.fromResults?.[failure.path] !== failure.at) this.tell(failure, job);
      told[failure.path] = failure.at;
    }
    if (JSON.stringify(told) !== JSON.stringify(place.fromResults ?? {})) this.keep({ ...place, fromResults: told });
  }

  private hasRun(job: RegisteredJob | undefined, sinceMs: number): boolean {
    return (this.ports.lastStartMs(job?.jobId ?? '') ?? 0) >= sinceMs;
  }

  private async readOn(from: HistoryPlace): Promise<void> {
    let place = from;
    for (let reads = 0; reads < readsPerLook; reads++) {
      const events = await this.ports.history.read(place.recordId, recordsPerRead);
      const jobs = this.jobs();
      const { nowMs } = this.ports.facts();
      const { memory: starts, failures } = readStarts(place.starts, events, {
        nowMs,
        isOurs: (path) => jobs.has(path),
        hasRun: (path, sinceMs) => this.hasRun(jobs.get(path), sinceMs),
      });
      const touches = readTouches(place.touches ?? {}, events, {
        isOurs: (path) => jobs.has(path),
        isOwn: this.ports.isOwn,
      });
      for (const failure of failures) this.tell(failure, jobs.get(failure.path));
      const recordId = events.at(-1)?.recordId ?? place.recordId;
      if (recordId !== place.recordId || JSON.stringify(starts) !== JSON.stringify(place.starts))
        place = this.keep({ ...place, recordId, starts, touches });
      if (events.length < recordsPerRead) return;
    }
  }

  private tell(failure: StartFailure, job: RegisteredJob | undefined): void {
    const text = job && this.ports.cache.manifests().get(job.manifestHash)?.text;
    if (text === undefined) return;
    const facts = this.ports.facts();
    this.ports.report(startEventOf(failure, manifestHere(text, facts.hostName), facts));
    const { path, at } = failure;
    this.ports.log.warn('a job did not start', { path, at, why: describeStartFailure(failure) });
  }

  /** Registered jobs by the path of their task, in lower case. */
  private jobs(): Map<string, RegisteredJob> {
    return new Map(this.ports.cache.registered().jobs.map((job) => [job.path.toLowerCase(), job]));
  }

  private keep(place: HistoryPlace): HistoryPlace {
    this.ports.memory.store(place);
    return place;
  }
}

/** Nothing read yet: the place is not known. */
const blank: HistoryPlace = { recordId: -1, starts: noStarts, said: null };
