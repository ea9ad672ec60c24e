import { createHash } from 'node:crypto';
import type { RunEvent } from '@carillon/contract/agent/messages';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import type { CommandWork, Done } from '../commands/command-desk.js';
import { newId } from '../lib/new-id.js';
import type { StartTicket } from '../runner/start-reason.js';
import type { DesiredCache } from '../state/desired-cache.js';
import type { EventLog } from '../state/event-log.js';
import { manifestHere } from '../state/manifest-here.js';
import type { MemoryOutputSource } from './memory-output.js';

type Started = Extract<RunEvent, { kind: 'run.started' }>;
type Finished = Extract<RunEvent, { kind: 'run.finished' }>;

/** Simulated programs run up to this long. */
const longestRunMs = 3_000;
/** New definitions are looked at this often; schedules are exact in between. */
const lookMs = 20_000;

export interface SimulatedHostState {
  readonly agentId: string;
  readonly name: string;
  readonly timezone: string;
  readonly cache: DesiredCache;
  readonly eventLog: EventLog;
  readonly output: MemoryOutputSource;
  /** Something is to be sent. */
  readonly onNews: () => void;
}

/** Fires schedules of a simulated host and plays their runs: the same events as a real runner's, but no program. */
export class SimulatedRuns implements CommandWork {
  private timer: NodeJS.Timeout | undefined;
  private lookedMs: number;
  private readonly ending = new Map<string, { timer: NodeJS.Timeout; end: (state: Finished['state']) => void }>();

  constructor(
    private readonly host: SimulatedHostState,
    nowMs: number,
  ) {
    this.lookedMs = nowMs;
  }

  /** Fires what is due and sleeps until the next occurrence. */
  wake(): void {
    const nowMs = Date.now();
    let nextMs = nowMs + lookMs;
    for (const manifest of this.registered()) {
      const timed = manifest.enabled ? manifest.schedule : [];
      for (const { atMs } of scheduleOccurrences(timed, {
        fromMs: this.lookedMs,
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

  close(): void {
    clearTimeout(this.timer);
    for (const { timer } of this.ending.values()) clearTimeout(timer);
  }

  start(jobId: string, { commandId, runId }: StartTicket): Promise<Done> {
    const manifest = this.registered().find((candidate) => candidate.jobId === jobId);
    if (!manifest)
      return Promise.resolve({ ok: false, code: 'not_registered', message: 'the job is not registered on this host' });
    this.begin(manifest, runId, { trigger: 'command', scheduledForMs: null, commandId });
    return Promise.resolve({ ok: true });
  }

  stop(runId: string): Promise<Done> {
    const run = this.ending.get(runId);
    if (!run)
      return Promise.resolve({ ok: false, code: 'not_running', message: 'the run is not under way on this host' });
    clearTimeout(run.timer);
    run.end('killed');
    return Promise.resolve({ ok: true });
  }

  private registered(): Manifest[] {
    const { cache } = this.host;
    const manifests = cache.manifests();
    return cache.registered().jobs.flatMap(({ manifestHash }) => {
      const signed = manifests.get(manifestHash);
      return signed ? [manifestHere(signed.text, this.host.name)] : [];
    });
  }

  private begin(
    manifest: Manifest,
    runId: string,
    why: { trigger: Started['trigger']; scheduledForMs: number | null; commandId: string | null },
  ): void {
    const { eventLog, onNews } = this.host;
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
    eventLog.append([{ eventId: newId(), at: started.startedAt, data: started }]);
    onNews();
    const end = (state: Finished['state']) => this.finish(manifest, started, startedMs, state);
    this.ending.set(runId, { timer: setTimeout(() => end('succeeded'), 50 + Math.random() * longestRunMs), end });
  }

  private finish(manifest: Manifest, started: Started, startedMs: number, state: Finished['state']): void {
    const { eventLog, output, name, onNews } = this.host;
    this.ending.delete(started.runId);
    const nowMs = Date.now();
    const text = Buffer.from(`${manifest.name} on ${name}: simulated, no program was started\n`);
    const none = { bytes: 0, stored: 0, sha256: sha256(Buffer.alloc(0)) };
    output.add(started.runId, text, nowMs);
    const at = new Date(nowMs).toISOString();
    const killed = state === 'killed';
    const data: Finished = {
      ...started,
      kind: 'run.finished',
      finishedAt: at,
      durationMs: nowMs - startedMs,
      state,
      reason: killed ? 'stopped_by_command' : null,
      exitCode: killed ? 1 : 0,
      output: {
        stdout: { bytes: text.length, stored: text.length, sha256: sha256(text) },
        stderr: none,
        encoding: 'utf-8',
      },
    };
    eventLog.append([{ eventId: newId(), at, data }]);
    onNews();
  }
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
