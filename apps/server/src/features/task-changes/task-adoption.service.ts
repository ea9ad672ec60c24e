import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HINTS, type Hints } from '../../queue/hints.js';
import { StateLog } from '../../queue/state-log.js';
import { ApprovalNeeded } from '../../store/approval-permit.js';
import { TaskAdoptionStore } from '../../store/task-adoption.store.js';
import { decideAdoption } from './decide-adoption.js';

/** One index of waiting rows, empty nearly always. */
const lookMs = 3_000;
const jobsPerLook = 50;
/** Of one job, in one version. */
const changesPerVersion = 200;

/** Turns what was edited on hosts into what they should have, for jobs that say so. On several servers at once, too. */
@Injectable()
export class TaskAdoptionService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly state = new StateLog('Task adoption');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

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
    for (const jobId of await this.store.wanted(jobsPerLook)) {
      const nowMs = Date.now();
      const { changedHosts } = await this.store
        .settle(jobId, changesPerVersion, (facts) => decideAdoption(facts, nowMs))
        .catch((error: unknown) => {
          if (!(error instanceof ApprovalNeeded)) throw error;
          // Nobody asks for it who could wait: it stays as it is until somebody does.
          const reasons = [`approval_needed: ${error.message}; adopt it by hand, which makes a change request`];
          return this.store.settle(jobId, changesPerVersion, () => ({ kind: 'left', reasons }));
        });
      if (changedHosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: changedHosts });
    }
  }
}
