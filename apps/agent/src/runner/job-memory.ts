import { join } from 'node:path';
import { readJson, writeJson } from '../state/files.js';

/** What a host remembers of a job from one run to the next; instants in epoch milliseconds. */
export interface JobMemory {
  /** The occurrence of its timetable that the last timed run answered. */
  readonly answeredMs: number | null;
  readonly lastStartMs: number | null;
  readonly lastEndMs: number | null;
}

// Starts and ends are written by different runs of a job, which may be under way together: a file for each.
const started = (folder: string, jobId: string) => join(folder, `${jobId}.json`);
const ended = (folder: string, jobId: string) => join(folder, `${jobId}.ended.json`);

export function readJobMemory(folder: string, jobId: string): JobMemory {
  const start = readJson<{ scheduledForMs?: number | null; startedMs?: number }>(started(folder, jobId));
  const end = readJson<{ endedMs: number }>(ended(folder, jobId));
  return {
    answeredMs: start?.scheduledForMs ?? null,
    lastStartMs: start?.startedMs ?? null,
    lastEndMs: end?.endedMs ?? null,
  };
}

/** `answeredMs` is what the run answers, or what was answered before when it answers nothing. */
export function rememberStart(folder: string, jobId: string, answeredMs: number | null, startedMs: number): void {
  writeJson(started(folder, jobId), { scheduledForMs: answeredMs, startedMs });
}

export function rememberEnd(folder: string, jobId: string, endedMs: number): void {
  writeJson(ended(folder, jobId), { endedMs });
}
