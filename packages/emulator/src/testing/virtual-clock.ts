import type { Clock } from '../clock.js';

/** A clock that moves when told; due timers run in order of time. */
export class VirtualClock implements Clock {
  private timers: { atMs: number; fn: () => void }[] = [];

  constructor(private nowMs: number) {}

  now(): number {
    return this.nowMs;
  }

  setTimer(atMs: number, fn: () => void): () => void {
    const timer = { atMs, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Moves to an instant, running what is due on the way. */
  moveTo(atMs: number): void {
    for (;;) {
      const next = this.timers.filter((timer) => timer.atMs <= atMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.fn();
    }
    this.nowMs = atMs;
  }

  /** Moves at once, as after sleep: timers run late. */
  jumpTo(atMs: number): void {
    this.nowMs = atMs;
    this.moveTo(atMs);
  }
}
