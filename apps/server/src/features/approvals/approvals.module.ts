import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { ApprovalsService } from './approvals.service.js';

type Routes = typeof approvalRoutes;

@Controller()
class ApprovalsController {
  constructor(@Inject(ApprovalsService) private readonly approvals: ApprovalsService) {}

  @Handles(approvalRoutes.keys)
  keys() {
    return this.approvals.keys();
  }

  @Handles(approvalRoutes.addKey)
  addKey(@Input() { body }: InputOf<Routes['addKey']>, @CallerOf() caller: Caller) {
    return this.approvals.addKey(body, caller);
  }

  @Handles(approvalRoutes.removeKey)
  removeKey(@Input() { key }: InputOf<Routes['removeKey']>, @CallerOf() caller: Caller) {
    return this.approvals.removeKey(key, caller);
  }

  @Handles(approvalRoutes.toSign)
  toSign(@Input() { name }: InputOf<Routes['toSign']>) {
    return this.approvals.toSign(name);
  }

  @Handles(approvalRoutes.sign)
  sign(@Input() { name, body }: InputOf<Routes['sign']>, @CallerOf() caller: Caller) {
    return this.approvals.sign(name, body, caller);
  }
}

@Module({ controllers: [ApprovalsController], providers: [ApprovalsService] })
export class ApprovalsModule {}
