import { gunzipSync } from 'node:zlib';
import { decodeLogFrame, type LogChunk } from '@carillon/contract/agent/log-frame';
import { limits } from '@carillon/contract/limits';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ChunkOutcome, type OutputChunk, OutputIngestStore } from '../store/output-ingest.store.js';
import { isDataError } from '../store/sql-errors.js';
import type { AgentLink } from './agent-link.js';
import { Batcher, storeInHalves } from './batcher.js';

const bytesPerFlush = 1024 * 1024;
const flushMs = 10;
const highWaterBytes = 64 * 1024 * 1024;
/** Gzip of noise is a little longer than the noise. */
const gzipOverheadBytes = 1024;

/** Pieces of runs' output, checked, stored together and acked after the commit. */
@Injectable()
export class OutputIntake {
  private readonly logger = new Logger('Gateway');
  private storedByteCount = 0;
  private readonly batcher: Batcher<OutputChunk, ChunkOutcome | 'broken'>;

  constructor(@Inject(OutputIngestStore) private readonly store: OutputIngestStore) {
    this.batcher = new Batcher({
      name: 'Output intake',
      maxWeight: bytesPerFlush,
      maxDelayMs: flushMs,
      weigh: (item) => item.chunk.data.length + 100,
      flush: (chunks) => this.ingest(chunks),
    });
  }

  /** Bytes received and not stored yet. */
  get pendingBytes(): number {
    return this.batcher.pendingWeight;
  }

  /** Bytes stored, as they were sent. */
  get storedBytes(): number {
    return this.storedByteCount;
  }

  /** Failed attempts to store a batch. */
  get failures(): number {
    return this.batcher.failures;
  }

  /** Is more waiting than is good for memory? */
  get congested(): boolean {
    return this.batcher.pendingWeight > highWaterBytes;
  }

  /**
   * Stores one binary log frame and answers it: `log.ack` after the commit, or `nack` when it can never be stored.
   * @throws when the server stops before it was stored: nothing was answered
   */
  async submit(link: AgentLink, frame: Uint8Array): Promise<void> {
    const decoded = decodeLogFrame(frame);
    if (!decoded.ok) return this.refuse(link, decoded.message);
    const { chunk } = decoded;
    const problem = problemOf(chunk);
    if (problem !== null) return this.refuse(link, `log frame: run ${chunk.runId}: ${problem}`, chunk.runId);
    const outcome = await this.batcher.add({ hostId: link.hostId, fence: link.fence, chunk });
    switch (outcome) {
      case 'committed':
        this.storedByteCount += chunk.data.length;
        return this.confirm(link, chunk);
      case 'duplicate':
        return this.confirm(link, chunk);
      case 'superseded':
        link.supersede();
        return;
      case 'foreign':
        return this.refuse(link, `log frame: run ${chunk.runId} is not a run of this host`, chunk.runId);
      case 'broken':
        return this.refuse(link, `log frame: run ${chunk.runId} offset ${chunk.offset} cannot be stored`, chunk.runId);
    }
  }

  stop(limitMs: number): Promise<void> {
    return this.batcher.stop(limitMs);
  }

  private confirm(link: AgentLink, { runId, stream, offset, length }: LogChunk): void {
    link.send('log.ack', { items: [{ runId, stream, upToOffset: offset + length }] });
  }

  /** Binary frames have no id: `re`, and the message, name the run whose output cannot be taken. */
  private refuse(link: AgentLink, message: string, runId?: string): void {
    this.logger.warn(`host ${JSON.stringify(link.name)}: ${message}`);
    link.send('nack', { code: 'bad_message', message }, runId);
  }

  private ingest(chunks: readonly OutputChunk[]): Promise<readonly (ChunkOutcome | 'broken')[]> {
    return storeInHalves<OutputChunk, ChunkOutcome | 'broken'>(
      chunks,
      (some) => this.store.ingest(some),
      isDataError,
      () => Promise.resolve('broken'),
    );
  }
}

/** The declared length must be the true one: readers trust it. */
function problemOf(chunk: LogChunk): string | null {
  if (chunk.data.length > limits.logDataBytes + gzipOverheadBytes) {
    return `expected at most ${limits.logDataBytes} bytes of data, got ${chunk.data.length}`;
  }
  if (chunk.codec === 'none') {
    return chunk.data.length === chunk.length
      ? null
      : `length says ${chunk.length}, data has ${chunk.data.length} bytes`;
  }
  try {
    const bytes = gunzipSync(chunk.data, { maxOutputLength: Math.max(1, chunk.length) }).length;
    return bytes === chunk.length ? null : `length says ${chunk.length}, data unpacks to ${bytes} bytes`;
  } catch {
    return `data is not gzip of ${chunk.length} bytes`;
  }
}
