import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { requireFreezeRight } from '../../shared/frozen.js';
import { ApplyStore } from '../../store/apply.store.js';
import { DefinitionStore } from '../../store/definition.store.js';
import { ApplyService, requireFreezeRights } from './apply.service.js';

@Controller()
class ApplyController {
  constructor(@Inject(ApplyService) private readonly service: ApplyService) {}

  @Handles(jobRoutes.apply)
  apply(@Input() { body }: InputOf<typeof jobRoutes.apply>, @CallerOf() caller: Caller) {
    requireFreezeRights(body.documents, caller);
    if (body.overrideFreeze !== undefined) requireFreezeRight(caller, 'freeze.override');
    return this.service.apply(body, caller.name);
  }

  @Handles(alertDocumentRoutes.put)
  put(@Input() { kind, name, expect, body }: InputOf<typeof alertDocumentRoutes.put>, @CallerOf() caller: Caller) {
    if (kind === 'Freeze') requireFreezeRight(caller, 'freeze.write');
    const { source, ...fields } = body;
    return this.service.putDocument({ ...fields, kind, name }, source, expect, caller.name);
  }
}

@Module({ controllers: [ApplyController], providers: [ApplyService, ApplyStore, DefinitionStore] })
export class ApplyModule {}
