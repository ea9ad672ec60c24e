import type { OutputSource } from '../collect/output-source.js';
import type { StoredRecord } from '../runner/output-file.js';

/** Output of simulated runs; a record's place stands for its position. */
export class MemoryOutputSource implements OutputSource {
  private readonly byRun = new Map<string, StoredRecord[]>();

  add(runId: string, data: Buffer, atMs: number): void {
    this.byRun.set(runId, [{ stream: 'stdout', offset: 0, atMs, droppedBefore: 0, data, size: 1 }]);
  }

  runs(): string[] {
    return [...this.byRun.keys()];
  }

  read(runId: string, position: number, limit: number) {
    const records = (this.byRun.get(runId) ?? []).slice(position, position + limit);
    return { records, position: position + records.length, complete: true };
  }

  remove(runId: string): void {
    this.byRun.delete(runId);
  }

  putAside(runId: string): void {
    this.byRun.delete(runId);
  }
}
