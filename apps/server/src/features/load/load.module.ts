import { loadRoutes } from '@carillon/contract/http/load.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { StartedRunsStore } from '../../store/started-runs.store.js';
import { TimelineStore } from '../../store/timeline.store.js';
import { LoadService } from './load.service.js';

@Controller()
class LoadController {
  constructor(@Inject(LoadService) private readonly load: LoadService) {}

  @Handles(loadRoutes.expected)
  expected(@Input() input: InputOf<typeof loadRoutes.expected>) {
    return this.load.expected(input);
  }

  @Handles(loadRoutes.hour)
  hour(@Input() input: InputOf<typeof loadRoutes.hour>) {
    return this.load.hour(input);
  }
}

@Module({
  controllers: [LoadController],
  providers: [LoadService, TimelineStore, StartedRunsStore],
})
export class LoadModule {}
