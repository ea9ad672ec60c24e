import { gunzipSync } from 'node:zlib';
import type { Body } from '@carillon/contract/agent/catalog';
import { decodeLogFrame, type LogChunk } from '@carillon/contract/agent/log-frame';
import { limits } from '@carillon/contract/limits';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ChunkOutcome, type OutputChunk, OutputIngestStore } from '../store/output-ingest.store.js';
import { isDataError } from '../store/sql-errors.js';
import type { AgentLink } from './agent-link.js';
import { Batcher, storeInHalves } from './batcher.js';
import { pieceWords } from './piece-words.js';

const bytesPerFlush = 128 * 1024;
/** What waits while flushes run goes together in the next. */
const mostBytesPerFlush = 1024 * 1024;
const flushesAtOnce = 2;
/** Long enough for what several sockets bring in the same moment. */
const flushMs = 2;
/** With hundreds of pieces a second, a wait that nobody notices saves most of the statements. */
const busyFlushMs = 30;
const highWaterBytes = 64 * 1024 * 1024;
/** As the message allows. */
const itemsPerAck = 500;
/** Gzip of noise is a little longer than the noise. */
const gzipOverheadBytes = 1024;

/** Pieces of runs' output, checked, stored together and acked after the commit. */
@Injectable()
export class OutputIntake {
  private readonly logger = new Logger('Gateway');
  private storedByteCount = 0;
  /** Pieces that are stored and not acked yet: one message tells a host of all of them. */
  private readonly unacked = new Map<AgentLink, Body<'log.ack'>['items']>();
  private readonly batcher: Batcher<OutputChunk, ChunkOutcome | 'broken'>;

  constructor(@Inject(OutputIngestStore) private readonly store: OutputIngestStore) {
    this.batcher = new Batcher({
      name: 'Output intake',
      maxWeight: bytesPerFlush,
      mostWeight: mostBytesPerFlush,
      maxDelayMs: flushMs,
      busyDelayMs: busyFlushMs,
      lanes: flushesAtOnce,
      keyOf: ({ hostId }) => hostId,
      weigh: ({ chunk, words }) => chunk.data.length + (words?.length ?? 0) + 100,
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
    const unpacked = unpack(chunk);
    if (!unpacked.ok) return this.refuse(link, `log frame: run ${chunk.runId}: ${unpacked.problem}`, chunk.runId);
    const words = pieceWords(unpacked.bytes, chunk.codec !== 'none');
    const outcome = await this.batcher.add({ hostId: link.hostId, fence: link.fence, chunk, words });
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

  async stop(limitMs: number): Promise<void> {
    await this.batcher.stop(limitMs);
    // Behind the acks that are on their way.
    await new Promise((resolve) => setImmediate(resolve));
  }

  private confirm(link: AgentLink, { runId, stream, offset, length }: LogChunk): void {
    if (this.unacked.size === 0) setImmediate(() => this.sendAcks());
    const items = this.unacked.get(link) ?? [];
    if (items.length === 0) this.unacked.set(link, items);
    items.push({ runId, stream, upToOffset: offset + length });
  }

  private sendAcks(): void {
    for (const [link, items] of this.unacked) {
      for (let from = 0; from < items.length; from += itemsPerAck)
        link.send('log.ack', { items: items.slice(from, from + itemsPerAck) });
    }
    this.unacked.clear();
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

type Unpacked = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly problem: string };

/** The declared length must be the true one: readers trust it. */
function unpack({ data, codec, length }: LogChunk): Unpacked {
  if (data.length > limits.logDataBytes + gzipOverheadBytes) {
    return { ok: false, problem: `expected at most ${limits.logDataBytes} bytes of data, got ${data.length}` };
  }
  const bytes = codec === 'none' ? data : gunzip(data, length);
  if (bytes === null) return { ok: false, problem: `data is not gzip of ${length} bytes` };
  if (bytes.length === length) return { ok: true, bytes };
  const does = codec === 'none' ? 'has' : 'unpacks to';
  return { ok: false, problem: `length says ${length}, data ${does} ${bytes.length} bytes` };
}

/** @returns null for anything else, or more than is expected */
function gunzip(data: Uint8Array, length: number): Uint8Array | null {
  try {
    return gunzipSync(data, { maxOutputLength: Math.max(1, length) });
  } catch {
    return null;
  }
}
