import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { EnrolmentTokenStore } from '../../store/enrolment-token.store.js';
import { EnrolmentTokensService } from './enrolment-tokens.service.js';

type Routes = typeof hostRoutes;

@Controller()
class EnrolmentTokensController {
  constructor(@Inject(EnrolmentTokensService) private readonly tokens: EnrolmentTokensService) {}

  @Handles(hostRoutes.createToken)
  create(@Input() { body }: InputOf<Routes['createToken']>) {
    return this.tokens.create(body);
  }

  @Handles(hostRoutes.tokens)
  list(@Input() input: InputOf<Routes['tokens']>) {
    return this.tokens.list(input);
  }

  @Handles(hostRoutes.revokeToken)
  revoke(@Input() { id }: InputOf<Routes['revokeToken']>) {
    return this.tokens.revoke(id);
  }
}

@Module({ controllers: [EnrolmentTokensController], providers: [EnrolmentTokensService, EnrolmentTokenStore] })
export class EnrolmentTokensModule {}
