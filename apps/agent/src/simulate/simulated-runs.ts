import type { RunEvent } from '@carillon/contract/agent/event-messages';
import { describePause, isPaused, pausedReason } from '@carillon/core/desired/pause';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import { randomFrom } from '@carillon/core/random/random-from';
import { describeDryRun, verdictLine } from '@carillon/core/run/dry-run';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import type { CommandWork, Done, Foretold, PutBack } from '../commands/command-desk.js';
import { newId } from '../lib/new-id.js';
import type { StartTicket } from '../runner/start-reason.js';
import type { EventLog, UnnumberedEvent } from '../state/event-log.js';
import type { FleetCache } from './fleet-cache.js';
import type { Ledger } from './ledger.js';
import type { MemoryOutputSource } from './memory-output.js';
import type { Play } from './play.js';
import { seedOf } from './seed-of.js';
import { type End, endOfRun, type Started } from './told-run.js';

/** Decides how the n-th run of a job on a host goes, which starts at `atMs`. */
export type PlayOf = (run: { host: string; manifest: Manifest; count: number; atMs: number }) => Play;

/** Carries a run out instead of playing it; undefined: it is played. */
export type CarryOut = (run: {
  readonly manifest: Manifest;
  readonly runId: string;
  readonly scheduledFor: string | null;
  readonly isDryRun: boolean;
}) => CarriedOut | undefined;

export interface CarriedOut {
  readonly end: Promise<End>;
  /** Brings it to its end before its time. */
  stop(): void;
}

interface UnderWay {
  /** Whatever becomes of it is not told. */
  readonly abandon: () => void;
  readonly kill: () => void;
}

/** How far ahead is looked for the next occurrence at one time. */
const lookMs = 20_000;

export interface SimulatedHostState {
  readonly agentId: string;
  readonly name: string;
  readonly timezone: string;
  readonly cache: FleetCache;
  readonly eventLog: EventLog;
  readonly output: MemoryOutputSource;
  readonly seed: number;
  readonly playOf: PlayOf;
  readonly carryOut?: CarryOut | undefined;
  /** Absent: nobody will compare. */
  readonly ledger?: Ledger | undefined;
  /** Puts a changed task back, where tasks of the host may be changed. */
  readonly putBack: (jobId: string, commandId: string) => Promise<PutBack>;
  /** Something is to be sent. */
  readonly onNews: () => void;
}

/** Fires schedules of a simulated host and plays their runs: the same events as a real runner's, but no program. */
export class SimulatedRuns implements CommandWork {
  private timer: NodeJS.Timeout | undefined;
  private nextFire: NodeJS.Timeout | undefined;
  private lookedMs: number;
  private closed = false;
  /** When each definition was first seen: what was due before does not fire. */
  private readonly since = new Map<string, number>();
  private readonly counts = new Map<string, number>();
  private readonly underWay = new Map<string, UnderWay>();
  private readonly random: () => number;

  constructor(
    private readonly host: SimulatedHostState,
    nowMs: number,
  ) {
    this.lookedMs = nowMs;
    this.random = randomFrom(seedOf(host.seed, host.name));
  }

  get runIds(): ReadonlySet<string> {
    return new Set(this.underWay.keys());
  }

  get isIdle(): boolean {
    return this.underWay.size === 0;
  }

  /** Something else that is to be sent was added to the event log. */
  onNews(): void {
    this.host.onNews();
  }

  /** Fires what is due and sleeps until the next occurrence. Call also when definitions have changed. */
  wake(): void {
    if (this.closed) return;
    const nowMs = Date.now();
    let nextMs = nowMs + lookMs;
    const { pause } = this.host.cache.registered();
    for (const manifest of this.host.cache.jobs()) {
      const fromMs = Math.max(this.lookedMs, this.sinceOf(manifest, nowMs));
      for (const { atMs } of this.occurrences(manifest, fromMs, nextMs)) {
        if (atMs > nowMs) {
          nextMs = atMs;
          break;
        }
        const why = { trigger: 'schedule', scheduledForMs: atMs, commandId: null } as const;
        if (pause && isPaused(pause, nowMs)) this.skip(manifest, why, describePause(pause));
        else this.begin(manifest, newId(nowMs), why);
      }
    }
    this.lookedMs = nowMs;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.max(1, nextMs - Date.now()));
  }

  /**
   * Tells of all that was due since then, as an agent does that the centre could not hear meanwhile, and works on from there.
   * @param goneMs nothing happens here any more after it
   * @returns how many runs there were
   */
  catchUp(fromMs: number, goneMs?: number): number {
    const nowMs = goneMs ?? Date.now();
    const due = this.host.cache.jobs().flatMap((manifest) => {
      this.since.set(`${manifest.jobId} ${manifest.version}`, fromMs);
      return [...this.occurrences(manifest, fromMs, nowMs)].map(({ atMs }) => ({ manifest, atMs }));
    });
    const events: UnnumberedEvent[] = [];
    for (const { manifest, atMs } of due.sort((a, b) => a.atMs - b.atMs)) {
      const startedMs = Math.min(nowMs, atMs + Math.floor(200 + this.random() * 1_500));
      const started = startedOf(manifest, newId(startedMs), startedMs, {
        trigger: 'schedule',
        scheduledForMs: atMs,
        commandId: null,
      });
      const play = this.nextPlay(manifest, startedMs);
      const finishedMs = startedMs + play.durationMs;
      if (finishedMs < nowMs) events.push(endOfRun(started, { startedMs, finishedMs }, play, this.host.output).event);
      else if (goneMs === undefined) this.goOn(started, startedMs, play);
    }
    this.host.eventLog.append(events);
    this.lookedMs = nowMs;
    this.host.onNews();
    if (goneMs === undefined) this.wake();
    else this.close();
    return due.length;
  }

  /** Jobs also start without their schedules, one of them every so often on average, as Windows' events start them. */
  fire(everyMs: number): void {
    clearTimeout(this.nextFire);
    const waitMs = -Math.log(1 - this.random()) * everyMs;
    this.nextFire = setTimeout(() => {
      const jobs = this.host.cache.jobs().filter((job) => job.enabled);
      const manifest = jobs[Math.floor(this.random() * jobs.length)];
      const why = { trigger: 'schedule', scheduledForMs: null, commandId: null } as const;
      if (manifest && !this.closed) this.begin(manifest, newId(), why);
      if (!this.closed) this.fire(everyMs);
    }, waitMs);
  }

  /** Begins nothing any more; what is under way comes to its end. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.nextFire);
  }

  /** What is under way is left as it is. */
  abandon(): void {
    this.close();
    for (const { abandon } of this.underWay.values()) abandon();
  }

  start(jobId: string, { commandId, runId }: StartTicket): Promise<Done> {
    const manifest = this.host.cache.jobs().find((candidate) => candidate.jobId === jobId);
    if (!manifest || this.closed)
      return Promise.resolve({ ok: false, code: 'not_registered', message: 'the job is not registered on this host' });
    this.begin(manifest, runId, { trigger: 'command', scheduledForMs: null, commandId });
    return Promise.resolve({ ok: true });
  }

  stop(runId: string): Promise<Done> {
    const run = this.underWay.get(runId);
    if (!run)
      return Promise.resolve({ ok: false, code: 'not_running', message: 'the run is not under way on this host' });
    run.kill();
    return Promise.resolve({ ok: true });
  }

  /** A host that is made up has no programs to look at: all that its job needs is taken to be there. */
  async dryRun(jobId: string): Promise<Foretold> {
    const manifest = this.host.cache.jobs().find((candidate) => candidate.jobId === jobId);
    if (!manifest) return { ok: false, code: 'not_registered', message: 'the job is not registered on this host' };
    const { run } = manifest;
    const { environment = {}, stdin } = run.secrets ?? {};
    const secrets = [...Object.values(environment), ...(stdin === undefined ? [] : [stdin])];
    const launch =
      run.kind === 'program'
        ? { ok: true as const, program: run.program, arguments: run.arguments }
        : 'script' in run
          ? { ok: true as const, program: run.kind, arguments: [] }
          : null;
    const told = describeDryRun({
      job: manifest,
      host: this.host.name,
      lookedAs: 'nobody: this host is simulated',
      nowMs: Date.now(),
      launch,
      workingDirectory: run.workingDirectory === null ? null : { path: run.workingDirectory, isThere: true },
      secrets: new Map(secrets.map((name) => [name, true])),
      underWay: [],
      conditions: null,
      pause: this.host.cache.registered().pause,
      nextStart: null,
    });
    const carried = this.host.carryOut?.({ manifest, runId: newId(), scheduledFor: null, isDryRun: true });
    const acted = await carried?.end;
    const fails = acted !== undefined && acted.exitCode !== 0 && told.verdict !== 'would_skip';
    const verdict = fails
      ? { verdict: 'would_fail' as const, because: told.because || 'see what its action says' }
      : told;
    const answer = [...told.lines, `${acted?.stdout ?? ''}${verdictLine(verdict)}`, ''].join('\n');
    return { ok: true, verdict: verdict.verdict, answer };
  }

  async repair(jobId: string, commandId: string): Promise<PutBack> {
    const done = await this.host.putBack(jobId, commandId);
    this.host.onNews();
    return done;
  }

  private sinceOf({ jobId, version }: Manifest, nowMs: number): number {
    const key = `${jobId} ${version}`;
    const since = this.since.get(key) ?? nowMs;
    this.since.set(key, since);
    return since;
  }

  private occurrences({ enabled, schedule, jobId }: Manifest, fromMs: number, untilMs: number) {
    const { timezone: hostTimezone, agentId } = this.host;
    return scheduleOccurrences(enabled ? schedule : [], {
      fromMs,
      untilMs,
      hostTimezone,
      ...spreadKeyOf(agentId, jobId),
    });
  }

  private begin(manifest: Manifest, runId: string, why: Why): void {
    const startedMs = Date.now();
    const started = startedOf(manifest, runId, startedMs, why);
    this.host.ledger?.begun({ host: this.host.name, runId, jobId: manifest.jobId, startedAt: started.startedAt });
    const { scheduledFor } = started;
    const carried = this.host.carryOut?.({ manifest, runId, scheduledFor, isDryRun: false });
    if (carried) this.follow(started, startedMs, carried);
    else this.goOn(started, startedMs, this.nextPlay(manifest, startedMs));
  }

  private nextPlay(manifest: Manifest, atMs: number): Play {
    const { name: host, playOf } = this.host;
    const count = (this.counts.get(manifest.name) ?? 0) + 1;
    this.counts.set(manifest.name, count);
    return playOf({ host, manifest, count, atMs });
  }

  private goOn(started: Started, startedMs: number, play: Play): void {
    this.tell(started.startedAt, started);
    const killed: End = { ...play, state: 'killed', reason: 'stopped_by_command', exitCode: 1 };
    const end = (how: End) => this.finish(started, startedMs, how);
    const leftMs = Math.max(0, startedMs + play.durationMs - Date.now());
    const timer = setTimeout(() => end(play), leftMs);
    const abandon = () => clearTimeout(timer);
    const kill = () => {
      clearTimeout(timer);
      const share = (Date.now() - startedMs) / Math.max(1, play.durationMs);
      end({ ...killed, stdout: firstLines(play.stdout, share), stderr: firstLines(play.stderr, share) });
    };
    this.underWay.set(started.runId, { abandon, kill });
  }

  private follow(started: Started, startedMs: number, { end, stop }: CarriedOut): void {
    this.tell(started.startedAt, started);
    let isAbandoned = false;
    const abandon = () => {
      isAbandoned = true;
      stop();
    };
    this.underWay.set(started.runId, { abandon, kill: stop });
    void end.then((how) => {
      if (!isAbandoned) this.finish(started, startedMs, how);
    });
  }

  private skip(manifest: Manifest, why: Why, message: string): void {
    const nowMs = Date.now();
    const started = startedOf(manifest, newId(nowMs), nowMs, why);
    const at = started.startedAt;
    this.tell(at, { ...started, kind: 'run.skipped', finishedAt: at, reason: pausedReason, message });
  }

  private finish(started: Started, startedMs: number, end: End): void {
    const { output, ledger, eventLog, onNews } = this.host;
    this.underWay.delete(started.runId);
    const finishedMs = Date.now();
    const { event, stdoutSha256 } = endOfRun(started, { startedMs, finishedMs }, end, output);
    const { state, exitCode } = end;
    ledger?.ended(started.runId, { finishedAt: event.at, state, exitCode, stdoutSha256 });
    eventLog.append([event]);
    onNews();
  }

  private tell(at: string, data: RunEvent): void {
    this.host.eventLog.append([{ eventId: newId(), at, data }]);
    this.host.onNews();
  }
}

/** What a program has said that is stopped so far on its way, 0 to 1. */
function firstLines(text: string, share: number): string {
  const lines = text.split('\n');
  return lines
    .slice(0, Math.floor(lines.length * Math.min(1, share)))
    .map((line) => `${line}\n`)
    .join('');
}

interface Why {
  readonly trigger: Started['trigger'];
  readonly scheduledForMs: number | null;
  readonly commandId: string | null;
}

function startedOf({ jobId, version }: Manifest, runId: string, startedMs: number, why: Why): Started {
  const { trigger, scheduledForMs, commandId } = why;
  return {
    kind: 'run.started',
    runId,
    jobId,
    version,
    trigger,
    scheduledFor: scheduledForMs === null ? null : new Date(scheduledForMs).toISOString(),
    startedAt: new Date(startedMs).toISOString(),
    commandId,
  };
}
