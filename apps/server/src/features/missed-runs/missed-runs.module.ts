import { missedRunRoutes } from '@carillon/contract/http/missed-runs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { MissedRunStore } from '../../store/missed-run.store.js';
import { MissedRunsService } from './missed-runs.service.js';

@Controller()
class MissedRunsController {
  constructor(@Inject(MissedRunsService) private readonly missedRuns: MissedRunsService) {}

  @Handles(missedRunRoutes.list)
  list(@Input() input: InputOf<typeof missedRunRoutes.list>) {
    return this.missedRuns.list(input);
  }
}

@Module({ controllers: [MissedRunsController], providers: [MissedRunsService, MissedRunStore] })
export class MissedRunsModule {}
