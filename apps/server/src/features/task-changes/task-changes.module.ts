import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { requireFreezeRight } from '../../shared/frozen.js';
import { DefinitionStore } from '../../store/definition.store.js';
import { TaskAdoptionStore } from '../../store/task-adoption.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';
import { TaskAdoptionService } from './task-adoption.service.js';
import { TaskChangesService } from './task-changes.service.js';

type Routes = typeof taskChangeRoutes;

@Controller()
class TaskChangesController {
  constructor(@Inject(TaskChangesService) private readonly changes: TaskChangesService) {}

  @Handles(taskChangeRoutes.get)
  get(@Input() input: InputOf<Routes['get']>) {
    return this.changes.get(input);
  }

  @Handles(jobRoutes.drift)
  drift(@Input() input: InputOf<typeof jobRoutes.drift>) {
    return this.changes.drift(input);
  }

  @Handles(taskChangeRoutes.adopt)
  adopt(@Input() input: InputOf<Routes['adopt']>, @CallerOf() caller: Caller) {
    if (input.overrideFreeze !== undefined) requireFreezeRight(caller, 'freeze.override');
    return this.changes.adopt(input, caller.name);
  }

  @Handles(taskChangeRoutes.undo)
  undo(@Input() input: InputOf<Routes['undo']>, @CallerOf() caller: Caller) {
    if (input.overrideFreeze !== undefined) requireFreezeRight(caller, 'freeze.override');
    return this.changes.undo(input, caller.name);
  }
}

@Module({
  controllers: [TaskChangesController],
  providers: [TaskChangesService, TaskAdoptionService, TaskAdoptionStore, TaskChangeStore, DefinitionStore],
})
export class TaskChangesModule {}
