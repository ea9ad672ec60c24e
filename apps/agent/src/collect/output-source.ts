import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { outputFileOf, readOutputRecords, type StoredRecord } from '../runner/output-file.js';
import { isRunning } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';

/** Spooled output of runs, oldest run first. */
export interface OutputSource {
  runs(): string[];
  /** Whole records from a position on. `complete`: nothing will be added after them. */
  read(
    runId: string,
    position: number,
    limit: number,
  ): { records: StoredRecord[]; position: number; complete: boolean };
  /** Everything is committed in the centre. */
  remove(runId: string): void;
  /** The centre will never take it; it is kept on the host under another name. */
  putAside(runId: string): void;
}

/** The files that runners write. */
export class FileOutputSource implements OutputSource {
  constructor(private readonly folder: Pick<AgentFolder, 'output' | 'running'>) {}

  runs(): string[] {
    return readdirSync(this.folder.output)
      .filter((name) => name.endsWith('.out'))
      .map((name) => name.slice(0, -'.out'.length))
      .sort();
  }

  read(runId: string, position: number, limit: number) {
    const path = outputFileOf(this.folder.output, runId);
    if (!existsSync(path)) return { records: [], position, complete: true };
    // Asked before reading: a run that ended in between shows its last records next time.
    const ended = !isRunning(this.folder.running, runId);
    const { records, position: end } = readOutputRecords(path, position, limit);
    return { records, position: end, complete: ended && records.length < limit };
  }

  remove(runId: string): void {
    rmSync(outputFileOf(this.folder.output, runId), { force: true });
  }

  putAside(runId: string): void {
    const path = outputFileOf(this.folder.output, runId);
    if (existsSync(path)) renameSync(path, `${path}.refused`);
  }
}
