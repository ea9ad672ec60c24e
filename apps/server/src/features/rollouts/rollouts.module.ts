import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { DefinitionStore } from '../../store/definition.store.js';
import { JobStore } from '../../store/job.store.js';
import { RolloutStore } from '../../store/rollout.store.js';
import { RolloutRunner } from './rollout.runner.js';
import { RolloutsService } from './rollouts.service.js';

type Routes = typeof rolloutRoutes;

@Controller()
class RolloutsController {
  constructor(@Inject(RolloutsService) private readonly rollouts: RolloutsService) {}

  @Handles(rolloutRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.rollouts.list(input);
  }

  @Handles(rolloutRoutes.get)
  get(@Input() { name }: InputOf<Routes['get']>) {
    return this.rollouts.get(name);
  }

  @Handles(rolloutRoutes.halt)
  halt(@Input() { name, body }: InputOf<Routes['halt']>) {
    return this.rollouts.halt(name, body.reason);
  }

  @Handles(rolloutRoutes.resume)
  resume(@Input() { name, body }: InputOf<Routes['resume']>) {
    return this.rollouts.resume(name, body.reason);
  }

  @Handles(rolloutRoutes.rollBack)
  rollBack(@Input() { name, body }: InputOf<Routes['rollBack']>, @CallerOf() caller: Caller) {
    return this.rollouts.rollBack(name, body.reason, caller.name);
  }
}

@Module({
  controllers: [RolloutsController],
  providers: [RolloutsService, RolloutRunner, RolloutStore, JobStore, DefinitionStore],
})
export class RolloutsModule {}
