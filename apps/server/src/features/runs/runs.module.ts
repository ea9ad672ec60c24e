import { Readable } from 'node:stream';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Controller, Inject, Module, StreamableFile } from '@nestjs/common';
import { ArchivedOutputs } from '../../archive/archived-outputs.js';
import { RunOutputs } from '../../archive/run-outputs.js';
import { Handles, HandlesStream, Input } from '../../http/handles.js';
import { ArchivedOutputStore } from '../../store/archived-output.store.js';
import { RunStore } from '../../store/run.store.js';
import { RunComparisonStore } from '../../store/run-comparison.store.js';
import { RunHoursStore } from '../../store/run-hours.store.js';
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

  // These before `get`, which would take the word for an id.
  @HandlesStream(runRoutes.table)
  async table(@Input() input: InputOf<Routes['table']>) {
    const lines = await this.runs.table(input);
    return new StreamableFile(Readable.from(lines), {
      type: runRoutes.table.media,
      disposition: 'attachment; filename="runs.csv"',
    });
  }

  @Handles(runRoutes.hours)
  hours(@Input() input: InputOf<Routes['hours']>) {
    return this.runs.hours(input);
  }

  @Handles(runRoutes.get)
  get(@Input() { id }: InputOf<Routes['get']>) {
    return this.runs.get(id);
  }

  @Handles(runRoutes.beside)
  beside(@Input() { id }: InputOf<Routes['beside']>) {
    return this.runs.beside(id);
  }

  @Handles(runRoutes.output)
  output(@Input() input: InputOf<Routes['output']>) {
    return this.outputs.read(input);
  }

  @Handles(runRoutes.told)
  told(@Input() { id }: InputOf<Routes['told']>) {
    return this.outputs.told(id);
  }
}

@Module({
  controllers: [RunsController],
  providers: [
    RunsService,
    OutputService,
    RunStore,
    RunComparisonStore,
    RunHoursStore,
    RunOutputStore,
    ArchivedOutputStore,
    ArchivedOutputs,
    RunOutputs,
  ],
})
export class RunsModule {}
