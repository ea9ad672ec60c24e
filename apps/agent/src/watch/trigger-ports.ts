import type { Manifest } from '@carillon/core/job/job-spec';
import type { FileMemory, FoundFile } from '@carillon/core/watch/file-arrival';
import type { WatchedEntry } from '@carillon/wintask/schedule/schedule';
import type { Done } from '../commands/command-desk.js';
import type { Log } from '../lib/log.js';
import type { StartTicket } from '../runner/start-reason.js';

/** A run that is to be started because another ended. */
export interface PendingFollow {
  /** The run that ended and the job that follows: an event that is seen twice starts one run. */
  readonly key: string;
  readonly jobId: string;
  readonly cause: string;
  readonly sinceMs: number;
}

/** What must survive a restart of the agent, by job and entry. */
export interface TriggerMemory {
  readonly files: Readonly<Record<string, FileMemory>>;
  /** Runs to start because a run of another job ended, and those that were started last. */
  readonly follows: { readonly pending: readonly PendingFollow[]; readonly done: readonly string[] };
}

export interface TriggerPorts {
  /** Jobs that Task Scheduler holds for us. */
  readonly jobs: () => readonly Manifest[];
  readonly start: (jobId: string, ticket: StartTicket) => Promise<Done>;
  readonly isUnderWay: (jobId: string) => boolean;
  readonly files: (pattern: string) => readonly FoundFile[];
  /** Percent of the whole; undefined when it cannot be measured now. Called once per look and measure. */
  readonly measure: (entry: Extract<WatchedEntry, { kind: 'metric' }>) => number | undefined;
  readonly memory: { load(): TriggerMemory | undefined; store(memory: TriggerMemory): void };
  readonly now: () => number;
  readonly log: Log;
}

export const nothingWatched: TriggerMemory = { files: {}, follows: { pending: [], done: [] } };
