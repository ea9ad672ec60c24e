import { type Rate, takeRoom } from '@carillon/core/alert/deliver/bucket';

const mostNames = 10_000;

/** A rate for each name, in this server's memory. Of too many names the one that was heard first is forgotten. */
export class RateLimiter {
  private readonly fullMs = new Map<string, number>();

  constructor(private readonly rate: Rate) {}

  /** @returns 0, or after how many milliseconds there is room again */
  take(name: string, nowMs: number): number {
    const { fullMs, taken, waitMs } = takeRoom(this.fullMs.get(name) ?? null, this.rate, 1, nowMs);
    this.fullMs.delete(name);
    this.fullMs.set(name, fullMs);
    const [oldest] = this.fullMs.keys();
    if (this.fullMs.size > mostNames && oldest !== undefined) this.fullMs.delete(oldest);
    return taken > 0 ? 0 : waitMs;
  }
}
