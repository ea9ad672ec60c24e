import { nextStep } from '@carillon/core/rollout/next-step';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { HintedLoop, type Round } from '../../queue/hinted-loop.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { NotSigned } from '../../store/accepted.store.js';
import { RolloutStore } from '../../store/rollout.store.js';
import type { RolloutRow } from '../../store/rollout-rows.js';

/**
 * Takes rollouts on, ring by ring. Every server does: a step is one transaction that is only done while the rollout is as
 * it was looked at, so that two servers, or one that ended in the middle, do nothing twice.
 */
@Injectable()
export class RolloutRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Rollouts');
  private readonly loop: HintedLoop;

  constructor(
    @Inject(RolloutStore) private readonly store: RolloutStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(CONFIG) { pollMs }: Config,
  ) {
    const clock = () => Date.now();
    this.loop = new HintedLoop({ subject: 'Rollouts', pollMs, clock, round: () => this.round(clock()) });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Looks at all rollouts under way once, and does what is to be done. */
  async round(nowMs: number): Promise<Round> {
    const rollouts = await this.store.running();
    let wakeMs = Number.POSITIVE_INFINITY;
    for (const rollout of rollouts) wakeMs = Math.min(wakeMs, (await this.step(rollout, nowMs)) ?? wakeMs);
    return { more: false, wakeMs: Number.isFinite(wakeMs) ? wakeMs : null };
  }

  /** @returns when it is worth a look again, in epoch milliseconds; null: at the next poll */
  private async step(rollout: RolloutRow, nowMs: number): Promise<number | null> {
    const [health] = await this.store.health([rollout]);
    if (!health) return null;
    const { open, rings, soakMs, haltOn, settledMs } = rollout;
    const frozen = rollout.ignoresFreezes ? null : await this.store.frozenBy(rollout, nowMs);
    const facts = { open, rings: rings.length, soakMs, haltOn, settledMs, health, frozen, nowMs };
    const next = nextStep({ ...facts, state: 'running' });
    switch (next.step) {
      case 'wait':
        await this.store.wait(rollout, next.reason, next.settled === true, nowMs);
        return next.wakeMs;
      case 'halt':
        await this.store.halt(rollout, next.reason, nowMs);
        this.hints.publish({ kind: 'alerts', hostIds: [] });
        return null;
      case 'done':
        await this.store.finish(rollout, next.reason, nowMs);
        return null;
      case 'open':
        await this.open(rollout, next.reason, nowMs);
        return null;
    }
  }

  /** What the signer refuses was changed in the database; people were told, and the others go on. */
  private async open(rollout: RolloutRow, reason: Parameters<RolloutStore['open']>[1], nowMs: number): Promise<void> {
    try {
      const hostIds = await this.store.open(rollout, reason, nowMs);
      if (hostIds.length > 0) this.hints.publish({ kind: 'desired', hostIds });
    } catch (error) {
      if (!(error instanceof NotSigned)) throw error;
      this.logger.error(`job ${JSON.stringify(rollout.job)}: its next ring is not opened: ${error.message}`);
    }
  }
}
