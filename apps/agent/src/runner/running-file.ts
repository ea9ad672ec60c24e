import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import type { Manifest } from '@carillon/core/job/job-spec';
import { readJson, writeJson } from '../state/files.js';
import { isProcessAlive } from './process-tree.js';

type Identity = Omit<Extract<RunEvent, { kind: 'run.started' }>, 'kind'>;

/** A run under way, as its runner tells the agent: enough to report the run if the runner never comes to its end. */
export interface RunningFile {
  readonly identity: Identity;
  /** Process id of the runner. */
  readonly pid: number;
  readonly encoding: Manifest['output']['encoding'];
  /** Its program has not started: the run waits for others or for its conditions. */
  readonly isWaiting?: boolean;
  /** The file whose arrival started it. */
  readonly file?: string;
}

/** How often a runner renews its file; an old one means a dead runner even if its process id is in use again. */
export const renewMs = 15_000;

export function runningFileOf(folder: string, runId: string): string {
  return join(folder, `${runId}.json`);
}

export function writeRunning(folder: string, running: RunningFile): void {
  writeJson(runningFileOf(folder, running.identity.runId), running);
}

/** Never throws: a renewal that fails must not end the run. A file that the agent gave up too early is written again. */
export function renewRunning(folder: string, running: RunningFile, atMs: number): void {
  try {
    const path = runningFileOf(folder, running.identity.runId);
    if (existsSync(path)) utimesSync(path, atMs / 1_000, atMs / 1_000);
    else writeRunning(folder, running);
  } catch {
    // The next renewal tries again.
  }
}

export function removeRunning(folder: string, runId: string): void {
  rmSync(runningFileOf(folder, runId), { force: true });
}

export function isRunning(folder: string, runId: string): boolean {
  return existsSync(runningFileOf(folder, runId));
}

/** Runs of a job that are under way; one whose runner died without a last word does not count. */
export function runsOfJob(folder: string, jobId: string): RunningFile[] {
  return listRunning(folder)
    .map(({ running }) => running)
    .filter(({ identity, pid }) => identity.jobId === jobId && isProcessAlive(pid));
}

/** All runs under way with the time of their last sign of life, epoch milliseconds. */
export function listRunning(folder: string): { running: RunningFile; renewedMs: number }[] {
  const list: { running: RunningFile; renewedMs: number }[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name);
    try {
      const running = readJson<RunningFile>(path);
      if (running) list.push({ running, renewedMs: statSync(path).mtimeMs });
    } catch {
      // Its runner has just removed it.
    }
  }
  return list;
}
