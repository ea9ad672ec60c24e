import { join } from 'node:path';
import { claimFile, writeFileDurably } from '../state/files.js';
import type { StartTicket } from './start-reason.js';

/**
 * The agent's note to the next start of a job. Task Scheduler passes nothing on to the program of a task started with
 * `schtasks /run`, so the order waits in a file that exactly one runner, or the agent itself, takes away.
 */
export function leaveTicket(folder: string, jobId: string, ticket: StartTicket): void {
  writeFileDurably(ticketFileOf(folder, jobId), JSON.stringify(ticket), 0o644);
}

/** Takes the ticket; undefined when there is none or another was faster. */
export function takeTicket(folder: string, jobId: string): StartTicket | undefined {
  const text = claimFile(ticketFileOf(folder, jobId));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as StartTicket;
  } catch {
    return undefined;
  }
}

export function ticketFileOf(folder: string, jobId: string): string {
  return join(folder, `${jobId}.json`);
}
