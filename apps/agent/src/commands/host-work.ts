import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandText } from '@carillon/core/text/host-fault-texts';
import { isProcessAlive } from '../runner/process-tree.js';
import { isRunning } from '../runner/running-file.js';
import type { StartTicket } from '../runner/start-reason.js';
import {
  dropHeldTickets,
  leaveTicket,
  takeTicket,
  ticketFileOf,
  ticketHolders,
  withdrawTickets,
} from '../runner/start-ticket.js';
import { orderStop } from '../runner/stop-orders.js';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { DesiredCache, RegisteredJob } from '../state/desired-cache.js';
import type { DriftWatch } from '../watch/drift-watch.js';
import { askDryRun, dryRunCommand } from './ask-dry-run.js';
import type { CommandWork, Done, Foretold, PutBack } from './command-desk.js';

export interface WorkLimits {
  /** How long a job's definition may take to arrive and be registered. */
  readonly registerMs: number;
  /** How long Task Scheduler may take to start the runner. */
  readonly claimMs: number;
  /** How long ending a process tree may take. */
  readonly endMs: number;
  /** How long a dry run may take; a backup's looks at every file. */
  readonly dryRunMs: number;
}

const usualLimits: WorkLimits = { registerMs: 20_000, claimMs: 10_000, endMs: 30_000, dryRunMs: 120_000 };
const lookMs = 100;
const notRegistered = {
  ok: false,
  code: 'not_registered',
  message: 'the job is not registered on this host' satisfies CommandText,
} as const;

/** Starts jobs through Task Scheduler, so that a run by hand is like any other, and stops runs through their runners. */
export class HostWork implements CommandWork {
  private readonly starts = new Map<string, Promise<void>>();

  constructor(
    private readonly folder: AgentFolder,
    private readonly cache: DesiredCache,
    private readonly scheduler: TaskScheduler,
    private readonly drift: Pick<DriftWatch, 'putBack'>,
    private readonly limits: WorkLimits = usualLimits,
  ) {
    // Orders of an agent that died: the journal calls them indeterminate, so no later start may carry them out.
    withdrawTickets(folder.tickets);
  }

  /** One start of a job after the other: a job has one place for a ticket. */
  start(jobId: string, ticket: StartTicket): Promise<Done> {
    const before = this.starts.get(jobId) ?? Promise.resolve();
    const start = before.then(() => this.startNow(jobId, ticket));
    const over = start.then(
      () => undefined,
      () => undefined,
    );
    this.starts.set(jobId, over);
    return start;
  }

  private async startNow(jobId: string, ticket: StartTicket): Promise<Done> {
    const job = await this.registered(jobId);
    if (!job) return notRegistered;
    leaveTicket(this.folder.tickets, jobId, ticket);
    try {
      await this.scheduler.start(job.path);
    } catch (error) {
      takeTicket(this.folder.tickets, jobId);
      if (error instanceof SchedulerError) return { ok: false, code: error.code, message: error.message };
      throw error;
    }
    const file = ticketFileOf(this.folder.tickets, jobId);
    // Whoever renames the ticket has it: when it is not us, the runner was just in time.
    if ((await until(() => !existsSync(file), this.limits.claimMs)) || !takeTicket(this.folder.tickets, jobId))
      return this.untilOnRecord(jobId);
    return {
      ok: false,
      code: 'not_started',
      message:
        `Task Scheduler accepted the start but did not start the job within ${this.limits.claimMs / 1_000} s; it may be running already` satisfies CommandText,
    };
  }

  /** A command may overtake the definition it is about: both are found by hint or poll, in any order. */
  private async registered(jobId: string): Promise<RegisteredJob | undefined> {
    const find = () => this.cache.registered().jobs.find((candidate) => candidate.jobId === jobId);
    await until(() => find() !== undefined, this.limits.registerMs);
    return find();
  }

  /** A runner holds its ticket until its run is on disk; one that died before that may have started something or not. */
  private async untilOnRecord(jobId: string): Promise<Done> {
    const holders = () => ticketHolders(this.folder.tickets, jobId);
    const dead = () => holders().some((pid) => !isProcessAlive(pid));
    await until(() => holders().length === 0 || dead(), this.limits.claimMs);
    // Looked at again: it may have let go, and ended in good order, between the two looks.
    if (!dead() || !dead()) return { ok: true };
    dropHeldTickets(this.folder.tickets, jobId);
    const message = 'the runner ended between taking the order and putting its run on record' satisfies CommandText;
    return { ok: false, isUnknown: true, code: 'runner_died', message };
  }

  async dryRun(jobId: string): Promise<Foretold> {
    const job = await this.registered(jobId);
    if (!job) return notRegistered;
    return askDryRun(dryRunCommand(this.folder.root, jobId), this.limits.dryRunMs);
  }

  async repair(jobId: string, commandId: string): Promise<PutBack> {
    return (await this.registered(jobId)) ? this.drift.putBack(jobId, commandId) : notRegistered;
  }

  async stop(runId: string): Promise<Done> {
    if (!isRunning(this.folder.running, runId))
      return { ok: false, code: 'not_running', message: 'the run is not under way on this host' satisfies CommandText };
    orderStop(this.folder.stops, runId);
    if (await until(() => !isRunning(this.folder.running, runId), this.limits.endMs)) return { ok: true };
    return {
      ok: false,
      code: 'still_running',
      message: `the run did not end within ${this.limits.endMs / 1_000} s` satisfies CommandText,
    };
  }
}

async function until(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await wait(lookMs);
  }
  return true;
}
