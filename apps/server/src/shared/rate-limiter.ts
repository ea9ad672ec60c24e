import { type Bucket, fullBucket, type Rate, takeToken } from '@carillon/core/alert/deliver/bucket';

const mostNames = 10_000;

/** A rate for each name, in this server's memory. Of too many names the one that was heard first is forgotten. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly rate: Rate) {}

  /** @returns 0, or after how many milliseconds there is room again */
  take(name: string, nowMs: number): number {
    const { bucket, waitMs } = takeToken(this.buckets.get(name) ?? fullBucket(this.rate, nowMs), this.rate, nowMs);
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > mostNames && oldest !== undefined) this.buckets.delete(oldest);
    return waitMs;
  }
}
