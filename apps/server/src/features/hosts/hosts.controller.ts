import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { requireFreezeRight } from '../../shared/frozen.js';
import { HostsService } from './hosts.service.js';

type Routes = typeof hostRoutes;

@Controller()
export class HostsController {
  constructor(@Inject(HostsService) private readonly hosts: HostsService) {}

  @Handles(hostRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.hosts.list(input);
  }

  @Handles(hostRoutes.get)
  get(@Input() { name }: InputOf<Routes['get']>) {
    return this.hosts.get(name);
  }

  @Handles(hostRoutes.assignments)
  assignments(@Input() input: InputOf<Routes['assignments']>) {
    return this.hosts.listAssignments(input);
  }

  @Handles(hostRoutes.taskChanges)
  taskChanges(@Input() input: InputOf<Routes['taskChanges']>) {
    return this.hosts.listTaskChanges(input);
  }

  @Handles(hostRoutes.losses)
  losses(@Input() input: InputOf<Routes['losses']>) {
    return this.hosts.listLosses(input);
  }

  @Handles(hostRoutes.load)
  load(@Input() { name }: InputOf<Routes['load']>) {
    return this.hosts.load(name);
  }

  @Handles(hostRoutes.setLabels)
  setLabels(@Input() { name, body }: InputOf<Routes['setLabels']>, @CallerOf() caller: Caller) {
    if (body.overrideFreeze !== undefined) requireFreezeRight(caller, 'freeze.override');
    return this.hosts.setLabels(name, body.labels, body.overrideFreeze);
  }
}
