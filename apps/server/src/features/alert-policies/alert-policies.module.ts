import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { Handles, Input } from '../../http/handles.js';
import { type AlertPolicyRow, AlertPolicyStore } from '../../store/alert-policy.store.js';

/** Policies are made by `apply`; here they are only shown, so the controller reads its one store itself. */
@Controller()
class AlertPoliciesController {
  constructor(@Inject(AlertPolicyStore) private readonly policies: AlertPolicyStore) {}

  @Handles(jobRoutes.alertPolicies)
  async list(@Input() { cursor, limit }: InputOf<typeof jobRoutes.alertPolicies>) {
    const rows = await this.policies.list(readCursor(cursor), limit + 1);
    return pageOfRows(rows, limit, (row) => row.nameKey, viewOf);
  }
}

function viewOf({ name, spec, jobs, firing, lastFiredAt, updatedAt }: AlertPolicyRow) {
  const { severity, description, when } = spec;
  const fired = { firing, lastFiredAt: lastFiredAt?.toISOString() ?? null };
  return { name, severity, description, when, jobs, ...fired, updatedAt: updatedAt.toISOString() };
}

@Module({ controllers: [AlertPoliciesController], providers: [AlertPolicyStore] })
export class AlertPoliciesModule {}
