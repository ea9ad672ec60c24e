import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { claimantsOf, claimFile, writeFileDurably } from '../state/files.js';
import type { StartTicket } from './start-reason.js';

/**
 * The agent's note to the next start of a job. Task Scheduler passes nothing on to the program of a task started with
 * `schtasks /run`, so the order waits in a file that exactly one runner, or the agent itself, takes away.
 */
export function leaveTicket(folder: string, jobId: string, ticket: StartTicket): void {
  writeFileDurably(ticketFileOf(folder, jobId), JSON.stringify(ticket), 0o644);
}

export interface HeldTicket {
  /** Undefined when it cannot be read. */
  readonly ticket: StartTicket | undefined;
  /** To be called when what it led to is on disk: whoever ends before that may have begun it or not. */
  release(): void;
}

/** Takes the ticket and holds it; undefined when there is none or another was faster. */
export function holdTicket(folder: string, jobId: string): HeldTicket | undefined {
  const claimed = claimFile(ticketFileOf(folder, jobId));
  return claimed && { ticket: readTicket(claimed.content), release: claimed.release };
}

/** Takes the ticket away; undefined when there is none or another was faster. */
export function takeTicket(folder: string, jobId: string): StartTicket | undefined {
  const held = holdTicket(folder, jobId);
  held?.release();
  return held?.ticket;
}

/** Who holds a job's ticket: the process ids of runners. */
export function ticketHolders(folder: string, jobId: string): number[] {
  return claimantsOf(ticketFileOf(folder, jobId));
}

function readTicket(text: string): StartTicket | undefined {
  try {
    return JSON.parse(text) as StartTicket;
  } catch {
    return undefined;
  }
}

/** Takes all tickets away, and what is left of those that a runner died with. */
export function withdrawTickets(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) rmSync(join(folder, name), { force: true });
}

/** Takes away what runners that died held of a job's. */
export function dropHeldTickets(folder: string, jobId: string): void {
  const prefix = `${jobId}.json.`;
  for (const name of readdirSync(folder))
    if (name.startsWith(prefix) && name.endsWith('.claimed')) rmSync(join(folder, name), { force: true });
}

export function ticketFileOf(folder: string, jobId: string): string {
  return join(folder, `${jobId}.json`);
}
