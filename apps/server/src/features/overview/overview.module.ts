import type { Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles } from '../../http/handles.js';
import { productVersion } from '../../shared/product.js';
import { runSummaryView } from '../../shared/run-view.js';
import { OverviewStore } from '../../store/overview.store.js';
import { RunStore } from '../../store/run.store.js';

const dayMs = 24 * 3_600_000;
const recentBadCount = 10;

@Controller()
class OverviewController {
  constructor(
    @Inject(OverviewStore) private readonly overview: OverviewStore,
    @Inject(RunStore) private readonly runs: RunStore,
  ) {}

  @Handles(sessionRoutes.overview)
  async get(): Promise<Response<typeof sessionRoutes.overview>> {
    const nowMs = Date.now();
    const sinceMs = nowMs - dayMs;
    const [counts, bad] = await Promise.all([
      this.overview.counts(lowestUuidAt(sinceMs)),
      this.runs.list({ before: null, limit: recentBadCount, bad: true, sinceMs }),
    ]);
    return {
      at: new Date(nowMs).toISOString(),
      version: productVersion,
      ...counts,
      recentBad: bad.map(runSummaryView),
    };
  }
}

@Module({ controllers: [OverviewController], providers: [OverviewStore, RunStore] })
export class OverviewModule {}
