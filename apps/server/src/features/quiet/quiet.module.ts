import { quietRoutes } from '@carillon/contract/http/quiet.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { AlertDocumentListStore } from '../../store/alert-document-list.store.js';
import { QuietService } from './quiet.service.js';

type Routes = typeof quietRoutes;

@Controller()
class QuietController {
  constructor(@Inject(QuietService) private readonly quiet: QuietService) {}

  @Handles(quietRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.quiet.list(input, Date.now());
  }

  @Handles(quietRoutes.onCall)
  onCall(@Input() input: InputOf<Routes['onCall']>) {
    return this.quiet.onCall(input, Date.now());
  }
}

@Module({ controllers: [QuietController], providers: [QuietService, AlertDocumentListStore] })
export class QuietModule {}
