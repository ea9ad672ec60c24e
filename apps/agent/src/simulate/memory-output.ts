import type { OutputStream } from '@carillon/contract/agent/log-frame';
import type { OutputSource } from '../collect/output-source.js';
import type { StoredRecord } from '../runner/output-file.js';

/** Output of simulated runs; a record's place stands for its position. */
export class MemoryOutputSource implements OutputSource {
  private readonly byRun = new Map<string, StoredRecord[]>();

  /** @param data all that the run wrote to the stream, not longer than a log frame */
  add(runId: string, stream: OutputStream, data: Buffer, atMs: number): void {
    const records = this.byRun.get(runId) ?? [];
    records.push({ stream, offset: 0, atMs, droppedBefore: 0, data, size: 1 });
    this.byRun.set(runId, records);
  }

  get isEmpty(): boolean {
    return this.byRun.size === 0;
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
