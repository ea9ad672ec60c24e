import { Inject, Injectable } from '@nestjs/common';
import { HINTS, type Hints } from './hints.js';

/** Under load, one hint for what many batches left behind. */
const gatherMs = 50;

/** Tells the engine, here or in another server, that there may be signals. A lost hint costs one poll. */
@Injectable()
export class AlertNudge {
  /** Whether any policy looks at runs; where none does, the ingest leaves no signals. */
  watching = false;
  /** Whether a subscription hears of failed runs. */
  telling = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(HINTS) private readonly hints: Hints) {}

  /** Runs were stored: they may have left signals. */
  afterRuns(): void {
    if (this.watching || this.telling) this.nudge();
  }

  nudge(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.hints.publish({ kind: 'alerts', hostIds: [] });
    }, gatherMs).unref();
  }
}
