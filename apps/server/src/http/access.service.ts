import { accessOf } from '@carillon/contract/http/access';
import type { Route } from '@carillon/contract/http/route';
import {
  type AccessObject,
  type Decision,
  decide,
  mayEverywhere,
  type Rights,
  seesEverything,
} from '@carillon/core/access/decide';
import { type Action, isReading } from '@carillon/core/access/roles';
import { denialTexts } from '@carillon/core/text/denial-texts';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessStore } from '../store/access.store.js';
import { limitRequest } from '../store/reach.js';
import { ApiError } from './api-error.js';
import type { Caller } from './caller.js';
import { ObjectFinder } from './object-finder.js';

/** Decides whether a caller may use a route for what the request is about, by the rules of core. */
@Injectable()
export class AccessService {
  constructor(
    @Inject(AccessStore) private readonly store: AccessStore,
    @Inject(ObjectFinder) private readonly finder: ObjectFinder,
  ) {}

  /** @throws ApiError `forbidden` with the reason, or `not_found` for what the caller may not see */
  async require({ rights }: Caller, route: Route, request: FastifyRequest): Promise<void> {
    const access = accessOf(route);
    if (access === undefined || access === 'open') throw new Error(`${route.method} ${route.path}: says not who may`);
    const [action, source] = access;
    if (mayEverywhere(rights, action)) return;
    if (source === 'own' || source === 'seen' || source === 'fleet')
      refuseUnless(decide(rights, action, { kind: source }), action);
    else await this.requireFound(rights, route, request);
    if (isReading(action) && !seesEverything(rights)) limitRequest(await this.store.reachOf(rights));
  }

  private async requireFound(rights: Rights, route: Route, request: FastifyRequest): Promise<void> {
    const checks = await this.finder.find(route, request);
    if (checks === null) throw hidden(route);
    for (const { action, things, related, runAs, target, isNew, refusal } of checks) {
      const object: AccessObject = {
        kind: 'things',
        things: isReading(action) ? related : things,
        ...(runAs ? { runAs } : {}),
        ...(target ? { target } : {}),
      };
      const decision = decide(rights, action, object);
      if (decision.kind === 'deny' && decision.reason === 'not_visible' && !isNew) {
        // Who sees it by another way is told that it is the right that is missing.
        const seen = decide(rights, 'read', { kind: 'things', things: related });
        if (seen.kind === 'deny') throw hidden(route);
      }
      refuseUnless(decision, action, refusal);
    }
  }
}

function refuseUnless(decision: Decision, action: Action, refusal?: string): void {
  if (decision.kind === 'allow') return;
  const { reason, about = null } = decision;
  const why = refusal ?? `${action}: ${denialTexts[reason]}${about === null ? '' : ` (${about})`}`;
  throw new ApiError('forbidden', why, {
    action,
    reason,
    about,
  });
}

/** As if there were nothing: nobody learns what there is from being refused. */
function hidden(route: Route): ApiError {
  return new ApiError('not_found', `there is no ${route.tag} ""`, { kind: route.tag, name: '' });
}
