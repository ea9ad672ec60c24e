/** Looks at once and then again and again, one look at a time. */
export class LookTimer {
  private interval: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private waiting = false;

  constructor(
    /** Never throws. */
    private readonly look: () => Promise<void>,
    private readonly everyMs: number,
  ) {}

  start(): void {
    void this.now();
    this.interval = setInterval(() => void this.now(), this.everyMs);
  }

  /** Looks after the look under way; resolves when that is over. */
  now(): Promise<void> {
    if (this.waiting) return this.looking;
    this.waiting = true;
    this.looking = this.looking.then(() => {
      this.waiting = false;
      return this.look();
    });
    return this.looking;
  }

  /** Resolves when the look under way is over. */
  stop(): Promise<void> {
    clearInterval(this.interval);
    return this.looking;
  }
}
