import type { OutputStream } from '@carillon/contract/agent/log-frame';
import type { OutputSource } from '../collect/output-source.js';
import type { StoredRecord } from '../runner/output-file.js';

/** Fits into a log frame. */
const pieceBytes = 32 * 1024;

/** Output of simulated runs; a record's place stands for its position. */
export class MemoryOutputSource implements OutputSource {
  private readonly byRun = new Map<string, StoredRecord[]>();

  /** @param data all that the run wrote to the stream */
  add(runId: string, stream: OutputStream, data: Buffer, atMs: number): void {
    const records = this.byRun.get(runId) ?? [];
    for (let offset = 0; offset < data.length; offset += pieceBytes)
      records.push({
        ...{ stream, offset, atMs, droppedBefore: 0, size: 1 },
        data: data.subarray(offset, offset + pieceBytes),
      });
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
