import type { Input as InputOf } from '@carillon/contract/http/route';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { WhyStore } from '../../store/why.store.js';
import { WhyService } from './why.service.js';

@Controller()
class WhyController {
  constructor(@Inject(WhyService) private readonly why: WhyService) {}

  @Handles(whyRoutes.job)
  job(@Input() input: InputOf<typeof whyRoutes.job>) {
    return this.why.job(input);
  }
}

@Module({ controllers: [WhyController], providers: [WhyService, WhyStore] })
export class WhyModule {}
