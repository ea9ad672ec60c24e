import { createHash, type Hash } from 'node:crypto';
import type { OutputStream } from '@carillon/contract/agent/log-frame';
import { limits } from '@carillon/contract/limits';
import type { OutputFileWriter } from './output-file.js';

/** What is known about a stream when the program has ended. */
export interface StreamSummary {
  readonly bytes: number;
  readonly stored: number;
  readonly sha256: string;
}

const flushAfterMs = 100;

/**
 * Records one stream: its head as it comes, of the rest only the newest bytes, which are written at the end with the
 * number of bytes that were dropped between. Count and SHA-256 are over everything.
 */
export class StreamRecorder {
  private readonly hash: Hash = createHash('sha256');
  private bytes = 0;
  private stored = 0;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private dropped = 0;
  private unwritten = 0;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(
    private readonly stream: OutputStream,
    private readonly file: Pick<OutputFileWriter, 'write'>,
    private readonly headBytes: number,
    private readonly tailLimit: number,
    private readonly now: () => number,
  ) {}

  write(chunk: Buffer): void {
    if (this.ended) return;
    this.hash.update(chunk);
    this.bytes += chunk.length;
    const room = Math.max(0, this.headBytes - this.stored - this.pendingBytes);
    if (room > 0) this.addHead(chunk.subarray(0, room));
    if (chunk.length > room) this.addTail(chunk.subarray(room));
  }

  end(): StreamSummary {
    this.flush();
    this.ended = true;
    let droppedBefore = this.dropped;
    for (const piece of pieces(Buffer.concat(this.tail))) {
      this.record(piece, droppedBefore);
      droppedBefore = 0;
    }
    this.tail = [];
    return { bytes: this.bytes, stored: this.stored, sha256: this.hash.digest('hex') };
  }

  private addHead(chunk: Buffer): void {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes >= limits.logDataBytes) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), flushAfterMs);
  }

  private addTail(chunk: Buffer): void {
    // A copy: the pipe's buffer is used again.
    this.tail.push(Buffer.from(chunk));
    this.tailBytes += chunk.length;
    while (this.tailBytes > this.tailLimit) {
      const oldest = this.tail[0] ?? Buffer.alloc(0);
      const excess = Math.min(oldest.length, this.tailBytes - this.tailLimit);
      if (excess === oldest.length) this.tail.shift();
      else this.tail[0] = oldest.subarray(excess);
      this.tailBytes -= excess;
      this.dropped += excess;
    }
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    for (const piece of pieces(Buffer.concat(this.pending))) this.record(piece, 0);
    this.pending = [];
    this.pendingBytes = 0;
  }

  private record(data: Buffer, droppedBefore: number): void {
    const dropped = this.unwritten + droppedBefore;
    try {
      this.file.write({ stream: this.stream, offset: this.stored, atMs: this.now(), droppedBefore: dropped, data });
      this.stored += data.length;
      this.unwritten = 0;
    } catch {
      // A full disk must not end the program; what it did not take counts as dropped.
      this.unwritten = dropped + data.length;
    }
  }
}

/** How a run's allowance is shared: a quarter for the head, the rest for the tail, half of each per stream. */
export function streamAllowance(keepBytes: number): { headBytes: number; tailBytes: number } {
  const headBytes = Math.floor(keepBytes / 8);
  return { headBytes, tailBytes: Math.floor(keepBytes / 2) - headBytes };
}

function pieces(data: Buffer): Buffer[] {
  const list: Buffer[] = [];
  for (let at = 0; at < data.length; at += limits.logDataBytes) list.push(data.subarray(at, at + limits.logDataBytes));
  return list;
}
