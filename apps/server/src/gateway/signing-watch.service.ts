import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { StateLog } from '../queue/state-log.js';
import { SigningAlarmStore, signingPart } from '../store/signing-alarm.store.js';
import { SigningSweepStore } from '../store/signing-sweep.store.js';

/** Between two looks; a look that takes long is followed by a longer rest. */
const restMs = 60_000;
const restPerLook = 20;
/** What hosts did not obey is over when none said so again for as long as people need to look. */
const hostQuietMs = 60 * 60_000;

/** Compares the database with what was accepted, whether anybody asks for it or not, and tells people where they differ. */
@Injectable()
export class SigningWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly state = new StateLog('Signing watch');
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(SigningSweepStore) private readonly sweep: SigningSweepStore,
    @Inject(SigningAlarmStore) private readonly alarm: SigningAlarmStore,
  ) {}

  onApplicationBootstrap(): void {
    this.rest(restMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.looking;
  }

  /** One look. @returns what differs */
  async look(nowMs = Date.now()): Promise<readonly string[]> {
    const found = await this.sweep.differences(nowMs);
    const [first] = found;
    if (first) {
      const more = found.length > 1 ? ` (and ${found.length - 1} more differences)` : '';
      await this.alarm.raise(first.about, { ...first, message: `${first.message}${more}` });
    }
    const quiet = await this.alarm.quietSince(nowMs - hostQuietMs);
    await this.alarm.settle((part) => (part === signingPart ? !first : quiet.has(part)));
    return found.map(({ message }) => message);
  }

  private rest(ms: number): void {
    this.timer = setTimeout(() => {
      const beganMs = Date.now();
      this.looking = this.look()
        .then(
          () => this.state.works(),
          (error: unknown) => this.state.fails(error),
        )
        .finally(() => this.rest(Math.max(restMs, (Date.now() - beganMs) * restPerLook)));
    }, ms);
    this.timer.unref();
  }
}
