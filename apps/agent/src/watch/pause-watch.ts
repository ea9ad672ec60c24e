import { continuePause, describePause, type HostPause, isPaused, startToMakeUp } from '@carillon/core/desired/pause';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import type { Done } from '../commands/command-desk.js';
import type { Log } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import type { StartTicket } from '../runner/start-reason.js';

/** A ticket that no runner claimed by then must not explain a later start. */
const ticketMs = 60_000;
/** What could not be started for so long after a pause is given up, and said. */
const giveUpMs = 3_600_000;

export interface PausePorts {
  /** As the desired state says now. */
  readonly pause: () => HostPause | undefined;
  /** The pause whose end is still to be seen to; on disk, since the host may be started anew in it. */
  readonly memory: { load(): HostPause | undefined; store(pause: HostPause | undefined): void };
  readonly jobs: () => readonly Manifest[];
  readonly lastStartMs: (jobId: string) => number | null;
  readonly start: (jobId: string, ticket: StartTicket) => Promise<Done>;
  readonly facts: () => { readonly agentId: string; readonly hostTimezone: string; readonly nowMs: number };
  readonly log: Log;
}

/**
 * Sees to the end of a pause, which comes by the host's own clock or when the desired state no longer says it: jobs whose
 * starts fell into it are started once, where that was asked for. Runners themselves let nothing start before.
 */
export class PauseWatch {
  constructor(private readonly ports: PausePorts) {}

  /** Never throws. @returns whether nothing may start now */
  async look(): Promise<boolean> {
    const { memory, log } = this.ports;
    const { nowMs } = this.ports.facts();
    const pause = this.ports.pause();
    try {
      const kept = memory.load();
      if (pause && isPaused(pause, nowMs)) {
        if (kept?.id !== pause.id) {
          memory.store(continuePause(kept, pause));
          log.info('nothing starts by itself', { why: describePause(pause) });
        }
        return true;
      }
      // The agent was not there for any of it.
      const over = kept ?? (pause && nowMs - pause.untilMs < giveUpMs && !this.seen.has(pause.id) ? pause : undefined);
      if (pause) this.seen.add(pause.id);
      if (over) await this.end(over, Math.min(nowMs, over.untilMs), nowMs);
    } catch (error) {
      log.warn('cannot see to a pause', { error: String(error) });
    }
    return false;
  }

  private readonly seen = new Set<string>();

  private async end(pause: HostPause, endedMs: number, nowMs: number): Promise<void> {
    const { memory, jobs, log } = this.ports;
    let isDone = true;
    for (const job of jobs().filter(({ enabled }) => enabled))
      isDone = (await this.makeUp(job, pause, endedMs)) && isDone;
    if (!isDone && nowMs - endedMs < giveUpMs) return memory.store(pause);
    if (!isDone) log.warn('gave up making up for starts that fell into a pause', { pause: pause.id });
    memory.store(undefined);
    log.info('jobs start by themselves again', { pause: pause.id });
  }

  /** @returns whether nothing is left to be done */
  private async makeUp(job: Manifest, pause: HostPause, endedMs: number): Promise<boolean> {
    const { agentId, hostTimezone, nowMs } = this.ports.facts();
    const { spreadKey = '' } = spreadKeyOf(agentId, job.jobId);
    const lastStartMs = this.ports.lastStartMs(job.jobId);
    const missedMs = startToMakeUp(job.schedule, { pause, endedMs, hostTimezone, spreadKey, lastStartMs });
    if (missedMs === null) return true;
    const cause = `makes up for ${new Date(missedMs).toISOString()}: ${describePause(pause)}`;
    const ticket = { commandId: null, runId: newId(), expiresAtMs: nowMs + ticketMs, cause };
    const done = await this.ports.start(job.jobId, ticket);
    if (!done.ok) this.ports.log.warn('could not make up for a start', { job: job.name, code: done.code });
    return done.ok;
  }
}
