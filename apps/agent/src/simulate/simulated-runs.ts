import { createHash } from 'node:crypto';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import { randomFrom } from '@carillon/core/random/random-from';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import type { CommandWork, Done } from '../commands/command-desk.js';
import { newId } from '../lib/new-id.js';
import type { StartTicket } from '../runner/start-reason.js';
import type { EventLog } from '../state/event-log.js';
import type { FleetCache } from './fleet-cache.js';
import type { Ledger } from './ledger.js';
import type { MemoryOutputSource } from './memory-output.js';
import { type Play, type PlayRules, playOf } from './play.js';
import { seedOf } from './seed-of.js';

type Started = Extract<RunEvent, { kind: 'run.started' }>;
type Finished = Extract<RunEvent, { kind: 'run.finished' }>;

/** How a run ends; a command ends it before its time. */
type End = Omit<Play, 'state' | 'reason' | 'durationMs'> & Pick<Finished, 'state' | 'reason'>;

interface UnderWay {
  readonly timer: NodeJS.Timeout;
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
  readonly rules: PlayRules;
  /** Absent: nobody will compare. */
  readonly ledger?: Ledger | undefined;
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
    this.random = randomFrom(seedOf(host.rules.seed, host.name));
  }

  get isIdle(): boolean {
    return this.underWay.size === 0;
  }

  /** Fires what is due and sleeps until the next occurrence. Call also when definitions have changed. */
  wake(): void {
    if (this.closed) return;
    const nowMs = Date.now();
    let nextMs = nowMs + lookMs;
    for (const manifest of this.host.cache.jobs()) {
      const timed = manifest.enabled ? manifest.schedule : [];
      for (const { atMs } of scheduleOccurrences(timed, {
        fromMs: Math.max(this.lookedMs, this.sinceOf(manifest, nowMs)),
        untilMs: nextMs,
        hostTimezone: this.host.timezone,
        ...spreadKeyOf(this.host.agentId, manifest.jobId),
      })) {
        if (atMs > nowMs) {
          nextMs = atMs;
          break;
        }
        this.begin(manifest, newId(nowMs), { trigger: 'schedule', scheduledForMs: atMs, commandId: null });
      }
    }
    this.lookedMs = nowMs;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.max(1, nextMs - Date.now()));
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
    for (const { timer } of this.underWay.values()) clearTimeout(timer);
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
    clearTimeout(run.timer);
    run.kill();
    return Promise.resolve({ ok: true });
  }

  private sinceOf({ jobId, version }: Manifest, nowMs: number): number {
    const key = `${jobId} ${version}`;
    const since = this.since.get(key) ?? nowMs;
    this.since.set(key, since);
    return since;
  }

  private begin(
    manifest: Manifest,
    runId: string,
    why: { trigger: Started['trigger']; scheduledForMs: number | null; commandId: string | null },
  ): void {
    const { name, rules, ledger } = this.host;
    const startedMs = Date.now();
    const started: Started = {
      kind: 'run.started',
      runId,
      jobId: manifest.jobId,
      version: manifest.version,
      trigger: why.trigger,
      scheduledFor: why.scheduledForMs === null ? null : new Date(why.scheduledForMs).toISOString(),
      startedAt: new Date(startedMs).toISOString(),
      commandId: why.commandId,
    };
    ledger?.begun({ host: name, runId, jobId: manifest.jobId, startedAt: new Date(startedMs).toISOString() });
    this.tell(started.startedAt, started);
    const count = (this.counts.get(manifest.name) ?? 0) + 1;
    this.counts.set(manifest.name, count);
    const play = playOf(rules, name, manifest.name, count);
    const killed: End = { ...play, state: 'killed', reason: 'stopped_by_command', exitCode: 1 };
    const end = (how: End) => this.finish(started, startedMs, how);
    this.underWay.set(runId, { timer: setTimeout(() => end(play), play.durationMs), kill: () => end(killed) });
  }

  private finish(started: Started, startedMs: number, { state, reason, exitCode, stdout, stderr }: End): void {
    const { output, ledger } = this.host;
    const { runId } = started;
    this.underWay.delete(runId);
    const nowMs = Date.now();
    const at = new Date(nowMs).toISOString();
    const written = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
    ledger?.ended(runId, { finishedAt: at, state, exitCode, stdoutSha256: sha256(written.stdout) });
    for (const stream of ['stdout', 'stderr'] as const)
      if (written[stream].length > 0) output.add(runId, stream, written[stream], nowMs);
    this.tell(at, {
      ...started,
      kind: 'run.finished',
      finishedAt: at,
      durationMs: nowMs - startedMs,
      state,
      reason,
      exitCode,
      output: { stdout: summary(written.stdout), stderr: summary(written.stderr), encoding: 'utf-8' },
    });
  }

  private tell(at: string, data: RunEvent): void {
    this.host.eventLog.append([{ eventId: newId(), at, data }]);
    this.host.onNews();
  }
}

function summary(data: Buffer) {
  return { bytes: data.length, stored: data.length, sha256: sha256(data) };
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
