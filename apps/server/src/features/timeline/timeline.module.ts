import type { Input as InputOf } from '@carillon/contract/http/route';
import { timelineRoutes } from '@carillon/contract/http/timeline.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { TimelineStore } from '../../store/timeline.store.js';
import { TimelineService } from './timeline.service.js';

@Controller()
class TimelineController {
  constructor(@Inject(TimelineService) private readonly timeline: TimelineService) {}

  @Handles(timelineRoutes.rows)
  rows(@Input() input: InputOf<typeof timelineRoutes.rows>) {
    return this.timeline.rows(input);
  }
}

@Module({ controllers: [TimelineController], providers: [TimelineService, TimelineStore] })
export class TimelineModule {}
