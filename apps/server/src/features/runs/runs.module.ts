import type { Input as InputOf } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { RunStore } from '../../store/run.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { RunsService } from './runs.service.js';

type Routes = typeof runRoutes;

@Controller()
class RunsController {
  constructor(@Inject(RunsService) private readonly runs: RunsService) {}

  @Handles(runRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.runs.list(input);
  }

  @Handles(runRoutes.get)
  get(@Input() { id }: InputOf<Routes['get']>) {
    return this.runs.get(id);
  }

  @Handles(runRoutes.output)
  output(@Input() input: InputOf<Routes['output']>) {
    return this.runs.output(input);
  }
}

@Module({ controllers: [RunsController], providers: [RunsService, RunStore, RunOutputStore] })
export class RunsModule {}
