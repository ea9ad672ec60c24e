import type { Route } from '@carillon/contract/http/route';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessService } from './access.service.js';
import { callerOf, rememberCaller } from './caller.js';
import { ROUTE } from './handles.js';
import { Identity } from './identity.js';

/** The one guard. Lets nobody in but the signed-in, and those only to what their roles reach. */
@Injectable()
export class SignInGuard implements CanActivate {
  constructor(
    @Inject(Identity) private readonly identity: Identity,
    @Inject(AccessService) private readonly access: AccessService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = Reflect.getMetadata(ROUTE, context.getHandler()) as Route | undefined;
    // What is not in the catalog (health, metrics, documents) carries no secrets.
    if (!route) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (route.open) {
      this.identity.requireOwnOrigin(request, false);
      return true;
    }
    // Known since before its body was read: see `knowCallers`.
    const caller = callerOf(request) ?? (await this.identity.of(request));
    rememberCaller(request, caller);
    await this.access.require(caller, route, request);
    return true;
  }
}
