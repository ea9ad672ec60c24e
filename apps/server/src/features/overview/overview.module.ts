import { nowRoutes } from '@carillon/contract/http/now.routes';
import type { Input as InputOf, Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Handles, Input } from '../../http/handles.js';
import { productVersion } from '../../shared/product.js';
import { runSummaryView } from '../../shared/run-view.js';
import { AuditTargetStore, type ForwardFigures } from '../../store/audit-target.store.js';
import { NowStore } from '../../store/now.store.js';
import { OverviewStore, overviewSpanMs } from '../../store/overview.store.js';
import { RunStore } from '../../store/run.store.js';
import { type SelfWatchFigures, SelfWatchStore } from '../../store/self-watch.store.js';
import { NowService } from './now.service.js';

const recentBadCount = 10;

@Controller()
class OverviewController {
  constructor(
    @Inject(OverviewStore) private readonly overview: OverviewStore,
    @Inject(RunStore) private readonly runs: RunStore,
    @Inject(SelfWatchStore) private readonly selfWatch: SelfWatchStore,
    @Inject(AuditTargetStore) private readonly auditTargets: AuditTargetStore,
    @Inject(CONFIG) private readonly config: Pick<Config, 'isDemo'>,
  ) {}

  @Handles(sessionRoutes.overview)
  async get(): Promise<Response<typeof sessionRoutes.overview>> {
    const nowMs = Date.now();
    const [{ counts, atMs }, bad, watched, targets] = await Promise.all([
      this.overview.counts(nowMs),
      this.runs.list({ before: null, limit: recentBadCount, bad: true, sinceMs: nowMs - overviewSpanMs }),
      this.selfWatch.figures(),
      this.auditTargets.figures(),
    ]);
    return {
      at: new Date(atMs).toISOString(),
      version: productVersion,
      ...(this.config.isDemo ? { demo: true as const } : {}),
      ...counts,
      recentBad: bad.map(runSummaryView),
      ...(watched ? { alertPath: alertPathView(watched) } : {}),
      ...(targets.length > 0 ? { auditTargets: targets.map(auditTargetView) } : {}),
    };
  }
}

function alertPathView({ lastSuccessAt, lastToldMs, silentSince }: SelfWatchFigures) {
  return {
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    tookMs: lastToldMs,
    silentSince: silentSince?.toISOString() ?? null,
  };
}

function auditTargetView({ oldestAt, lateSince, ...rest }: ForwardFigures) {
  return { ...rest, oldestAt: oldestAt?.toISOString() ?? null, lateSince: lateSince?.toISOString() ?? null };
}

@Controller()
class NowController {
  constructor(@Inject(NowService) private readonly now: NowService) {}

  @Handles(nowRoutes.activity)
  activity() {
    return this.now.activity(Date.now());
  }

  @Handles(nowRoutes.fleet)
  fleet(@Input() { label }: InputOf<typeof nowRoutes.fleet>) {
    return this.now.fleet(label);
  }

  @Handles(nowRoutes.unreached)
  unreached() {
    return this.now.unreached();
  }

  @Handles(nowRoutes.load)
  load() {
    return this.now.load(Date.now());
  }
}

@Module({
  controllers: [OverviewController, NowController],
  providers: [OverviewStore, RunStore, SelfWatchStore, AuditTargetStore, NowService, NowStore],
})
export class OverviewModule {}
