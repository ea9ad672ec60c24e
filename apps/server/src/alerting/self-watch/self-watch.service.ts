import { decideProbe, probeRules } from '@carillon/core/alert/self-watch/decide-probe';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AlertNudge } from '../../queue/alert-nudge.js';
import { HintedLoop, type Round } from '../../queue/hinted-loop.js';
import { SelfWatchStore } from '../../store/self-watch.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { OwnChannels } from '../delivery/own-channels.js';
import { type Heard, SelfWatchReceiver } from './self-watch-receiver.js';

/**
 * Proves every few minutes that a failure becomes a notice: puts one in where the ingest puts all others, takes its notice
 * at the other end of delivery, and says so when none comes. Servers share the turns; each one receives what it delivers.
 */
@Injectable()
export class SelfWatch implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger('Self-watch');
  private readonly loop: HintedLoop;
  private receiver: SelfWatchReceiver | undefined;

  constructor(
    @Inject(SelfWatchStore) private readonly store: SelfWatchStore,
    @Inject(OwnChannels) private readonly channels: OwnChannels,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'pollMs' | 'selfWatchMs'>,
  ) {
    const { pollMs } = config;
    this.loop = new HintedLoop({ subject: 'Self-watch', pollMs, clock, round: () => this.round() });
  }

  /** Before anything is delivered, and where it is switched off too: another server may have put a failure in. */
  async onModuleInit(): Promise<void> {
    this.receiver = await SelfWatchReceiver.listen((notice) => this.hear(notice));
    this.channels.add(this.receiver.channel);
  }

  onApplicationBootstrap(): void {
    if (this.config.selfWatchMs > 0) this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Delivery is over by then. */
  async onApplicationShutdown(): Promise<void> {
    await this.receiver?.close();
  }

  /** Looks once, and does what is due. */
  async round(): Promise<Round> {
    const nowMs = this.clock();
    const { selfWatchMs } = this.config;
    const { probe, steadySinceMs } = await this.store.look(nowMs);
    const decision = decideProbe(probe, probeRules(selfWatchMs), steadySinceMs, nowMs);
    switch (decision.kind) {
      case 'wait':
        return { more: false, wakeMs: decision.untilMs };
      case 'late':
        if (probe && (await this.store.silent(probe.failedRunId, decision.reason, nowMs))) {
          this.logger.error(decision.reason.text);
          this.nudge.nudge();
        }
        return { more: true };
      case 'begin': {
        const failedRunId = await this.store.claim(selfWatchMs, nowMs);
        if (failedRunId !== null) {
          await this.store.launch(failedRunId, nowMs);
          this.nudge.nudge();
        }
        return { more: true };
      }
    }
  }

  private async hear({ reason, run }: Heard): Promise<void> {
    const nowMs = this.clock();
    if (reason === 'resolved') await this.store.ended(run.id, nowMs);
    else await this.store.told(run.id, nowMs);
    this.nudge.nudge();
  }
}
