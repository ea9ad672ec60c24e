import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { requireFreezeRight } from '../../shared/frozen.js';
import { AlertDocumentListStore } from '../../store/alert-document-list.store.js';
import { AlertDocumentsService } from './alert-documents.service.js';

type Routes = typeof alertDocumentRoutes;

/** Looking at documents and deleting them; they are written where files are applied. */
@Controller()
class AlertDocumentsController {
  constructor(@Inject(AlertDocumentsService) private readonly documents: AlertDocumentsService) {}

  @Handles(alertDocumentRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.documents.list(input);
  }

  @Handles(alertDocumentRoutes.get)
  get(@Input() input: InputOf<Routes['get']>) {
    return this.documents.get(input);
  }

  @Handles(alertDocumentRoutes.remove)
  remove(@Input() input: InputOf<Routes['remove']>, @CallerOf() caller: Caller) {
    if (input.kind === 'Freeze') requireFreezeRight(caller, 'freeze.write');
    return this.documents.remove(input, caller.name);
  }

  @Handles(alertDocumentRoutes.preview)
  preview(@Input() input: InputOf<Routes['preview']>) {
    return this.documents.preview(input);
  }
}

@Module({ controllers: [AlertDocumentsController], providers: [AlertDocumentsService, AlertDocumentListStore] })
export class AlertDocumentsModule {}
