import { gzipSync } from 'node:zlib';
import { encodeLogFrame, type OutputStream } from '@carillon/contract/agent/log-frame';
import { limits } from '@carillon/contract/limits';
import type { StoredRecord } from '../runner/output-file.js';
import type { OutputSource } from './output-source.js';

/** Smaller pieces do not pay for the work. */
const gzipFromBytes = 256;
/** Read at a time per run, so that one long output does not hold up the others. */
const recordsPerTurn = 4;

interface SentPiece {
  readonly stream: OutputStream;
  /** First byte after the piece. */
  readonly end: number;
  /** Where its record ends in the source. */
  readonly position: number;
  acked: boolean;
}

interface Shipping {
  /** Everything before is committed; a new session sends again from here. */
  ackedPosition: number;
  position: number;
  sent: SentPiece[];
}

/** Sends spooled output, at least once: by offset, resent after a lost session, deleted after the last ack. */
export class OutputShipper {
  private readonly shippings = new Map<string, Shipping>();
  private inFlight = 0;
  /** The run that had the last turn; with little room the next one is another's. */
  private served = '';
  private send: ((frame: Buffer) => void) | undefined;

  constructor(private readonly source: OutputSource) {}

  /** A session is open; what the last one did not confirm is sent again. */
  attach(send: (frame: Buffer) => void): void {
    for (const shipping of this.shippings.values()) {
      shipping.position = shipping.ackedPosition;
      shipping.sent = [];
    }
    this.inFlight = 0;
    this.send = send;
  }

  detach(): void {
    this.send = undefined;
  }

  /** Sends what there is room for. Call when output may have grown and after each ack. */
  pump(): void {
    for (let moved = true; moved && this.send && this.inFlight < limits.inFlightFrames; ) {
      moved = false;
      for (const runId of this.inTurn()) moved = this.turn(runId) || moved;
    }
  }

  /** The runs, beginning after the one that was served last. */
  private inTurn(): string[] {
    const runs = this.source.runs();
    const next = runs.indexOf(this.served) + 1;
    return [...runs.slice(next), ...runs.slice(0, next)];
  }

  onAck(items: readonly { runId: string; stream: OutputStream; upToOffset: number }[]): void {
    for (const { runId, stream, upToOffset } of items) {
      const shipping = this.shippings.get(runId);
      if (!shipping) continue;
      for (const piece of shipping.sent) if (piece.stream === stream && piece.end <= upToOffset) piece.acked = true;
      while (shipping.sent[0]?.acked) {
        shipping.ackedPosition = shipping.sent.shift()?.position ?? shipping.ackedPosition;
        this.inFlight -= 1;
      }
    }
    this.pump();
  }

  /** The centre will never take this run's output. */
  onRefused(runId: string): void {
    this.inFlight -= this.shippings.get(runId)?.sent.length ?? 0;
    this.shippings.delete(runId);
    this.source.putAside(runId);
    this.pump();
  }

  private turn(runId: string): boolean {
    const room = Math.min(recordsPerTurn, limits.inFlightFrames - this.inFlight);
    if (room <= 0 || !this.send) return false;
    const shipping = this.shippings.get(runId) ?? { ackedPosition: 0, position: 0, sent: [] };
    this.shippings.set(runId, shipping);
    const { records, position, complete } = this.source.read(runId, shipping.position, room);
    let at = shipping.position;
    for (const record of records) {
      at += record.size;
      shipping.sent.push({
        stream: record.stream,
        end: record.offset + record.data.length,
        position: at,
        acked: false,
      });
      this.inFlight += 1;
      this.send(frameOf(runId, record));
    }
    shipping.position = position;
    if (records.length > 0) this.served = runId;
    if (complete && records.length === 0 && shipping.sent.length === 0) {
      this.source.remove(runId);
      this.shippings.delete(runId);
    }
    return records.length > 0;
  }
}

function frameOf(runId: string, record: StoredRecord): Buffer {
  const { stream, offset, atMs, droppedBefore, data } = record;
  const packed = data.length >= gzipFromBytes ? gzipSync(data) : data;
  const smaller = packed.length < data.length;
  return encodeLogFrame({
    runId,
    stream,
    offset,
    atMs,
    droppedBefore,
    codec: smaller ? 'gzip' : 'none',
    length: data.length,
    data: smaller ? packed : data,
  });
}
