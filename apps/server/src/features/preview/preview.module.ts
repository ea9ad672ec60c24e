import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { AssignmentStore } from '../../store/assignment.store.js';
import { JobStore } from '../../store/job.store.js';
import { TargetStore } from '../../store/target.store.js';
import { PreviewService } from './preview.service.js';

@Controller()
class PreviewController {
  constructor(@Inject(PreviewService) private readonly service: PreviewService) {}

  @Handles(jobRoutes.preview)
  preview(@Input() { body }: InputOf<typeof jobRoutes.preview>) {
    return this.service.preview(body);
  }
}

@Module({ controllers: [PreviewController], providers: [PreviewService, TargetStore, JobStore, AssignmentStore] })
export class PreviewModule {}
