import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { HostPauseStore } from '../../store/host-pause.store.js';
import { PausesService } from './pauses.service.js';

type Routes = typeof pauseRoutes;

@Controller()
class PausesController {
  constructor(@Inject(PausesService) private readonly pauses: PausesService) {}

  @Handles(pauseRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.pauses.list(input);
  }

  @Handles(pauseRoutes.pause)
  pause(@Input() input: InputOf<Routes['pause']>, @CallerOf() caller: Caller) {
    return this.pauses.pause(input, caller.name);
  }

  @Handles(pauseRoutes.resume)
  resume(@Input() input: InputOf<Routes['resume']>, @CallerOf() caller: Caller) {
    return this.pauses.resume(input, caller.name);
  }
}

@Module({ controllers: [PausesController], providers: [PausesService, HostPauseStore] })
export class PausesModule {}
