import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { CommandStore } from '../../store/command.store.js';
import { RunStore } from '../../store/run.store.js';
import { CommandsService } from './commands.service.js';

@Controller()
class CommandsController {
  constructor(@Inject(CommandsService) private readonly commands: CommandsService) {}

  @Handles(jobRoutes.run)
  run(@Input() input: InputOf<typeof jobRoutes.run>, @CallerOf() caller: Caller) {
    return this.commands.run(input, caller.name);
  }

  @Handles(jobRoutes.dryRun)
  dryRun(@Input() input: InputOf<typeof jobRoutes.dryRun>, @CallerOf() caller: Caller) {
    return this.commands.dryRun(input, caller.name);
  }

  @Handles(jobRoutes.repair)
  repair(@Input() input: InputOf<typeof jobRoutes.repair>, @CallerOf() caller: Caller) {
    return this.commands.repair(input, caller.name);
  }

  @Handles(runRoutes.stop)
  stop(@Input() { id }: InputOf<typeof runRoutes.stop>, @CallerOf() caller: Caller) {
    return this.commands.stop(id, caller.name);
  }

  @Handles(jobRoutes.command)
  get(@Input() { id }: InputOf<typeof jobRoutes.command>) {
    return this.commands.get(id);
  }
}

@Module({ controllers: [CommandsController], providers: [CommandsService, CommandStore, RunStore] })
export class CommandsModule {}
