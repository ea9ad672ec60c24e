import { join } from 'node:path';
import { readJson, writeJson } from '../state/files.js';

/** The occurrence that the last scheduled run of a job answered, epoch milliseconds. */
export function readAnswered(folder: string, jobId: string): number | null {
  return readJson<{ scheduledForMs: number }>(fileOf(folder, jobId))?.scheduledForMs ?? null;
}

export function storeAnswered(folder: string, jobId: string, scheduledForMs: number): void {
  writeJson(fileOf(folder, jobId), { scheduledForMs });
}

function fileOf(folder: string, jobId: string): string {
  return join(folder, `${jobId}.json`);
}
