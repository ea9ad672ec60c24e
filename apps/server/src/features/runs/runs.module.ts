import type { Input as InputOf } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { RunStore } from '../../store/run.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { OutputService } from './output.service.js';
import { RunsService } from './runs.service.js';

type Routes = typeof runRoutes;

@Controller()
class RunsController {
  constructor(
    @Inject(RunsService) private readonly runs: RunsService,
    @Inject(OutputService) private readonly outputs: OutputService,
  ) {}

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
    return this.outputs.read(input);
  }
}

@Module({ controllers: [RunsController], providers: [RunsService, OutputService, RunStore, RunOutputStore] })
export class RunsModule {}
