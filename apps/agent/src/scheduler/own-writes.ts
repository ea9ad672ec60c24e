interface Write {
  readonly path: string;
  readonly fromMs: number;
  toMs: number;
}

/** Records are stamped by another clock tick than ours. */
const slackMs = 1_000;
const kept = 500;

/** When this agent itself changed tasks, to tell its own traces in Task Scheduler's log from those of people. */
export class OwnWrites {
  private readonly writes: Write[] = [];

  /** Carries out a change and notes its time. */
  async during<T>(path: string, act: () => Promise<T>): Promise<T> {
    const write = { path: path.toLowerCase(), fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
    this.writes.push(write);
    if (this.writes.length > kept) this.writes.shift();
    try {
      return await act();
    } finally {
      write.toMs = Date.now();
    }
  }

  has(path: string, atMs: number): boolean {
    return this.writes.some(
      (write) => write.path === path.toLowerCase() && atMs >= write.fromMs - slackMs && atMs <= write.toMs + slackMs,
    );
  }
}
