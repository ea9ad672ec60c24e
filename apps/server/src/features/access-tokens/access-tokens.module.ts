import { accessTokenRoutes } from '@carillon/contract/http/accounts.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { AccountStore } from '../../store/account.store.js';
import { AccessTokensService } from './access-tokens.service.js';

type Routes = typeof accessTokenRoutes;

@Controller()
class AccessTokensController {
  constructor(@Inject(AccessTokensService) private readonly tokens: AccessTokensService) {}

  @Handles(accessTokenRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.tokens.list(input);
  }

  @Handles(accessTokenRoutes.mine)
  mine(@CallerOf() caller: Caller) {
    return this.tokens.mine(caller);
  }

  @Handles(accessTokenRoutes.create)
  create(@Input() { body }: InputOf<Routes['create']>, @CallerOf() caller: Caller) {
    return this.tokens.create(body, caller);
  }

  @Handles(accessTokenRoutes.createFor)
  createFor(@Input() { name, body }: InputOf<Routes['createFor']>, @CallerOf() caller: Caller) {
    return this.tokens.createFor(name, body, caller.name);
  }

  @Handles(accessTokenRoutes.rotate)
  rotate(@Input() { id }: InputOf<Routes['rotate']>, @CallerOf() caller: Caller) {
    return this.tokens.rotate(id, caller);
  }

  @Handles(accessTokenRoutes.revoke)
  revoke(@Input() { id }: InputOf<Routes['revoke']>, @CallerOf() caller: Caller) {
    return this.tokens.revoke(id, caller);
  }
}

@Module({ controllers: [AccessTokensController], providers: [AccessTokensService, AccountStore] })
export class AccessTokensModule {}
