import { accountRoutes } from '@carillon/contract/http/accounts.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { Origins } from '../../shared/origins.js';
import { AccountStore } from '../../store/account.store.js';
import { AccountsService } from './accounts.service.js';

type Routes = typeof accountRoutes;

@Controller()
class AccountsController {
  constructor(
    @Inject(AccountsService) private readonly accounts: AccountsService,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  @Handles(accountRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.accounts.list(input);
  }

  @Handles(accountRoutes.create)
  create(
    @Input() { body }: InputOf<Routes['create']>,
    @CallerOf() { name }: Caller,
    @Req() { headers }: FastifyRequest,
  ) {
    return this.accounts.create(body, name, this.origins.forHost(headers.host));
  }

  @Handles(accountRoutes.change)
  change(@Input() input: InputOf<Routes['change']>) {
    return this.accounts.change(input);
  }

  @Handles(accountRoutes.remove)
  remove(@Input() { name }: InputOf<Routes['remove']>) {
    return this.accounts.remove(name);
  }

  @Handles(accountRoutes.invite)
  invite(@Input() { name }: InputOf<Routes['invite']>, @Req() { headers }: FastifyRequest) {
    return this.accounts.invite(name, this.origins.forHost(headers.host));
  }

  @Handles(accountRoutes.groupRoles)
  groupRoles() {
    return this.accounts.groupRoles();
  }

  @Handles(accountRoutes.setGroupRole)
  setGroupRole(@Input() input: InputOf<Routes['setGroupRole']>, @CallerOf() { name }: Caller) {
    return this.accounts.setGroupRole(input, name);
  }
}

@Module({ controllers: [AccountsController], providers: [AccountsService, AccountStore] })
export class AccountsModule {}
