import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { requireFreezeRight } from '../../shared/frozen.js';
import { AssignmentStore } from '../../store/assignment.store.js';
import { HostStore } from '../../store/host.store.js';
import { JobStore } from '../../store/job.store.js';
import { RunComparisonStore } from '../../store/run-comparison.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';
import { JobsService } from './jobs.service.js';

type Routes = typeof jobRoutes;

@Controller()
class JobsController {
  constructor(@Inject(JobsService) private readonly jobs: JobsService) {}

  @Handles(jobRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.jobs.list(input);
  }

  @Handles(jobRoutes.get)
  get(@Input() { name }: InputOf<Routes['get']>) {
    return this.jobs.get(name);
  }

  @Handles(jobRoutes.versions)
  versions(@Input() input: InputOf<Routes['versions']>) {
    return this.jobs.versions(input);
  }

  @Handles(jobRoutes.version)
  version(@Input() { name, version }: InputOf<Routes['version']>) {
    return this.jobs.version(name, version);
  }

  @Handles(jobRoutes.assignments)
  assignments(@Input() input: InputOf<Routes['assignments']>) {
    return this.jobs.listAssignments(input);
  }

  @Handles(jobRoutes.statistics)
  statistics(@Input() input: InputOf<Routes['statistics']>) {
    return this.jobs.statistics(input);
  }

  @Handles(jobRoutes.chain)
  chain(@Input() { name }: InputOf<Routes['chain']>) {
    return this.jobs.chain(name);
  }

  @Handles(jobRoutes.taskChanges)
  taskChanges(@Input() input: InputOf<Routes['taskChanges']>) {
    return this.jobs.listTaskChanges(input);
  }

  @Handles(jobRoutes.nextFires)
  nextFires(@Input() input: InputOf<Routes['nextFires']>) {
    return this.jobs.nextFires(input);
  }

  @Handles(jobRoutes.taskXml)
  taskXml(@Input() { name, timezone }: InputOf<Routes['taskXml']>) {
    return this.jobs.taskXml(name, timezone);
  }

  @Handles(jobRoutes.remove)
  remove(@Input() { name, overrideFreeze }: InputOf<Routes['remove']>, @CallerOf() caller: Caller) {
    if (overrideFreeze !== undefined) requireFreezeRight(caller, 'freeze.override');
    return this.jobs.remove(name, overrideFreeze);
  }
}

@Module({
  controllers: [JobsController],
  providers: [JobsService, JobStore, AssignmentStore, HostStore, RunComparisonStore, TaskChangeStore],
})
export class JobsModule {}
