import { limits } from '@carillon/contract/limits';
import type { WebSocket } from 'ws';

const outboundLimitBytes = 4 * 1024 * 1024;
const outboundPatienceMs = 30_000;

export interface FlowRules {
  /** Is more waiting to be stored, over all sockets, than is good for memory? */
  congested(): boolean;
  /** A frame's work failed for good. */
  failed(error: unknown): void;
}

/** Keeps one socket from making us hold too much, in either direction. */
export class FrameFlow {
  /** Frames whose work is not done. */
  private inFlight = 0;
  private overfullSinceMs: number | null = null;

  constructor(
    private readonly ws: WebSocket,
    private readonly rules: FlowRules,
  ) {}

  /** Counts a frame until its work is done, and stops reading while too many are not. */
  track(work: Promise<void>): void {
    this.inFlight += 1;
    this.regulate();
    work
      .catch((error) => this.rules.failed(error))
      .finally(() => {
        this.inFlight -= 1;
        this.regulate();
      });
  }

  /** Reads on whatever is in flight: a paused socket would not see the answer to its close frame. */
  release(): void {
    if (this.ws.isPaused) this.ws.resume();
  }

  /** Has the agent not read for so long that what it should have got is too much to hold? */
  overfull(nowMs: number): boolean {
    if (this.ws.bufferedAmount <= outboundLimitBytes) {
      this.overfullSinceMs = null;
      return false;
    }
    this.overfullSinceMs ??= nowMs;
    return nowMs - this.overfullSinceMs >= outboundPatienceMs;
  }

  private regulate(): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    const full = this.inFlight > limits.inFlightFrames || (this.inFlight > 0 && this.rules.congested());
    if (full && !this.ws.isPaused) this.ws.pause();
    if (!full && this.ws.isPaused) this.ws.resume();
  }
}
