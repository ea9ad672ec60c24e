import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { AccessStore } from '../../store/access.store.js';
import { RequestsService } from './requests.service.js';

type Routes = typeof requestRoutes;

@Controller()
class RequestsController {
  constructor(@Inject(RequestsService) private readonly requests: RequestsService) {}

  @Handles(requestRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.requests.list(input);
  }

  @Handles(requestRoutes.get)
  get(@Input() { number }: InputOf<Routes['get']>, @CallerOf() caller: Caller) {
    return this.requests.get(number, caller);
  }

  @Handles(requestRoutes.approve)
  approve(@Input() { number, body }: InputOf<Routes['approve']>, @CallerOf() caller: Caller) {
    return this.requests.approve(number, body, caller);
  }

  @Handles(requestRoutes.reject)
  reject(@Input() { number, body }: InputOf<Routes['reject']>, @CallerOf() caller: Caller) {
    return this.requests.reject(number, body.reason, caller);
  }

  @Handles(requestRoutes.withdraw)
  withdraw(@Input() { number }: InputOf<Routes['withdraw']>, @CallerOf() caller: Caller) {
    return this.requests.withdraw(number, caller);
  }
}

@Module({ controllers: [RequestsController], providers: [RequestsService, AccessStore] })
export class RequestsModule {}
