/** Fewer rows than these are counted anew for each question, which takes less than the question itself. */
const countedAnew = 5_000;
/** Nobody is told counts that are older. */
const oldestMs = 1_000;
/** Of counts that are older a new one begins, while whoever asks still gets them. */
const renewMs = 400;

export interface Counted<T> {
  readonly counts: T;
  readonly atMs: number;
}

/**
 * Counts over a whole fleet, shared by all who ask at nearly the same time: thousands of rows are not counted for each
 * look of each dashboard. Small fleets always get new ones.
 */
export class RecentCounts<T> {
  private latest: Counted<T> | undefined;
  private running: Promise<Counted<T>> | undefined;

  /**
   * @param load counts everything anew
   * @param rowsOf how many rows that took
   */
  constructor(
    private readonly load: () => Promise<T>,
    private readonly rowsOf: (counts: T) => number,
  ) {}

  async get(nowMs: number): Promise<Counted<T>> {
    const { latest } = this;
    if (!latest) return this.begin(nowMs);
    const ageMs = nowMs - latest.atMs;
    if (ageMs < 0 || ageMs >= oldestMs) return this.begin(nowMs);
    // Whoever asks later fails or succeeds by itself.
    if (ageMs >= renewMs) this.share(nowMs).catch(() => undefined);
    return latest;
  }

  /** One that began before may have missed what was written since: it is waited for only by who may get old counts. */
  private begin(nowMs: number): Promise<Counted<T>> {
    return this.latest ? this.share(nowMs) : this.count(nowMs);
  }

  private share(nowMs: number): Promise<Counted<T>> {
    this.running ??= this.count(nowMs).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async count(nowMs: number): Promise<Counted<T>> {
    const counts = await this.load();
    const counted = { counts, atMs: nowMs };
    this.latest = this.rowsOf(counts) < countedAnew ? undefined : counted;
    return counted;
  }
}
