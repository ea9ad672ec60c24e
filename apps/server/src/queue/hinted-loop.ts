import type { HintKind, Hints } from './hints.js';
import { StateLog } from './state-log.js';

/** What a round of work leaves behind. */
export interface Round {
  /** There is more that can be done at once. */
  readonly more: boolean;
  /** When something will be due though nobody hints at it, in epoch milliseconds by the loop's clock. */
  readonly wakeMs?: number | null;
}

export interface HintedLoopOptions {
  /** Named in the log when it breaks and when it works again. */
  readonly subject: string;
  /** Which hints mean that there may be work; undefined: time alone tells. */
  readonly hints?: { readonly from: Hints; readonly kind: HintKind };
  /** The longest wait between two rounds: what a lost hint costs. */
  readonly pollMs: number;
  readonly clock: () => number;
  readonly round: () => Promise<Round>;
}

/** Something that stays due must not keep a loop running in circles. */
const soonestMs = 50;

/**
 * Works in rounds, one at a time: when a hint says that there may be something to do, when the time comes that the last
 * round named, and at every poll. A round that fails is followed by the next poll, so nothing may depend on its having worked.
 */
export class HintedLoop {
  private readonly state: StateLog;
  private running: Promise<void> | undefined;
  private asked = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly options: HintedLoopOptions) {
    this.state = new StateLog(options.subject);
  }

  start(): void {
    const { hints } = this.options;
    this.unsubscribe = hints?.from.subscribe(({ kind }) => {
      if (kind === hints.kind) this.ask();
    });
    this.ask();
  }

  /** There may be work. While a round is under way, another follows it. */
  ask(): void {
    this.asked = true;
    if (this.stopped) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.asked) this.ask();
    });
  }

  /** Asks at that instant; never later than a poll from now. Replaces what was set before. */
  wakeAt(atMs: number | null): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const { pollMs, clock } = this.options;
    const inMs = atMs === null ? pollMs : Math.min(pollMs, Math.max(soonestMs, atMs - clock()));
    this.timer = setTimeout(() => this.ask(), inMs).unref();
  }

  /** Begins nothing any more. @returns once the round under way is over */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
    await this.running;
  }

  private async run(): Promise<void> {
    let wakeMs: number | null = null;
    while (this.asked && !this.stopped) {
      this.asked = false;
      try {
        const round = await this.options.round();
        this.state.works();
        this.asked ||= round.more;
        wakeMs = round.wakeMs ?? null;
      } catch (error) {
        // A hint that came meanwhile waits as well: whatever is broken would break it too.
        this.state.fails(error);
        this.asked = false;
        wakeMs = null;
      }
    }
    this.wakeAt(wakeMs);
  }
}
