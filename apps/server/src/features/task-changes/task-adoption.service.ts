import type { AdoptionProblemText } from '@carillon/core/text/adoption-texts';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HINTS, type Hints } from '../../queue/hints.js';
import { StateLog } from '../../queue/state-log.js';
import { ApprovalNeeded } from '../../store/approval-permit.js';
import type { FrozenJob } from '../../store/freezes.js';
import { TaskAdoptionStore } from '../../store/task-adoption.store.js';
import { decideAdoption } from './decide-adoption.js';

/** One index of waiting rows, empty nearly always. */
const lookMs = 3_000;
const jobsPerLook = 50;
/** Of one job, in one version. */
const changesPerVersion = 200;
/** A job that a freeze holds is looked at again after so long: the freeze may be lifted before its end. */
const frozenMs = 60_000;

/** Ends a look: the job stays as it is until the freeze is over, and its edits wait. */
class Frozen extends Error {}

function waitFrozen(frozen: readonly FrozenJob[]): void {
  if (frozen.length > 0) throw new Frozen(frozen[0]?.by.name);
}

/** Turns what was edited on hosts into what they should have, for jobs that say so. On several servers at once, too. */
@Injectable()
export class TaskAdoptionService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly state = new StateLog('Task adoption');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  /** Until when jobs are not looked at, by id. */
  private readonly waiting = new Map<string, number>();

  constructor(
    @Inject(TaskAdoptionStore) private readonly store: TaskAdoptionStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), lookMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Decides about all that waits. Never throws: what failed is looked at again. */
  look(): Promise<void> {
    this.running ??= this.decideAll()
      .then(
        () => this.state.works(),
        (error: unknown) => this.state.fails(error),
      )
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async decideAll(): Promise<void> {
    const nowMs = Date.now();
    for (const [jobId, untilMs] of this.waiting) if (untilMs <= nowMs) this.waiting.delete(jobId);
    for (const jobId of await this.store.wanted(jobsPerLook, [...this.waiting.keys()])) {
      const changedHosts = await this.decide(jobId, nowMs);
      if (changedHosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: [...changedHosts] });
    }
  }

  /** @returns hosts whose desired state changed */
  private async decide(jobId: string, nowMs: number): Promise<readonly string[]> {
    try {
      const settled = await this.store.settle(
        jobId,
        changesPerVersion,
        (facts) => decideAdoption(facts, nowMs),
        waitFrozen,
      );
      return settled.changedHosts;
    } catch (error) {
      if (error instanceof Frozen) {
        this.waiting.set(jobId, nowMs + frozenMs);
        return [];
      }
      if (!(error instanceof ApprovalNeeded)) throw error;
      // Nobody asks for it who could wait: it stays as it is until somebody does.
      const { groups, required } = error.need;
      const message: AdoptionProblemText = `hosts of the protected group ${groups.join(', ')} need ${required} approvals; adopt it by hand, which makes a change request`;
      const reasons = [`approval_needed: ${message}`];
      await this.store.settle(jobId, changesPerVersion, () => ({ kind: 'left', reasons }), waitFrozen);
      return [];
    }
  }
}
