import type { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import type { ComparedPart } from '@carillon/core/approval/change-request';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import type { ChangeRequestRow } from '../../store/change-request.store.js';

type Plan = NonNullable<Response<typeof requestRoutes.get>['plan']>;

/** A request as lists show it. */
export function requestView(row: ChangeRequestRow): Response<typeof requestRoutes.approve> {
  const { number, act, title, state, author, reason, groups, required, approvals, planHash, outcome } = row;
  return {
    ...{ number, act, title, state, author, reason, groups, required, planHash, outcome },
    approvals: approvals.map(({ name, at }) => ({ name, at: new Date(at).toISOString() })),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

/** What a kept plan binds, thing by thing. Times of starts are no part of it. */
export function comparedParts(plan: unknown): ComparedPart[] {
  const { results = [], plan: whole } = (plan ?? {}) as Partial<Plan>;
  const said = (value: object) => canonicalJson(JSON.parse(JSON.stringify(value)) as Json);
  return [
    ...results.map(({ kind, name, change, version, plan: one }) => {
      const { fields = [], gained = null, lost = null } = one ?? {};
      return { what: `${kind} ${name}`, said: said({ change, version, fields, gained, lost }) };
    }),
    ...(whole?.moved ?? []).map(({ job, gained, lost }) => ({ what: `Job ${job}`, said: said({ gained, lost }) })),
  ];
}
