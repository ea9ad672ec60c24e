import type { Route } from '@carillon/contract/http/route';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Origins } from '../shared/origins.js';
import { CredentialStore } from '../store/credential.store.js';
import { AdminToken } from './admin-token.js';
import { ApiError } from './api-error.js';
import { type Caller, rememberCaller } from './caller.js';
import { ROUTE } from './handles.js';
import { hashSecret } from './secrets.js';
import { readSessionCookie } from './session-cookie.js';

/** Lets nobody in but the signed-in: a bearer token, or a session cookie on a request from one of our own pages. */
@Injectable()
export class SignInGuard implements CanActivate {
  constructor(
    @Inject(AdminToken) private readonly adminToken: AdminToken,
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = Reflect.getMetadata(ROUTE, context.getHandler()) as Route | undefined;
    // What is not in the catalog (health, metrics, documents) carries no secrets.
    if (!route) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (route.open) {
      this.requireOwnOrigin(request, false);
      return true;
    }
    rememberCaller(request, await this.identify(request));
    return true;
  }

  private async identify(request: FastifyRequest): Promise<Caller> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.byToken(authorization);
    const secret = readSessionCookie(request, this.origins.forHost(request.headers.host));
    if (secret === undefined)
      throw new ApiError(
        'not_signed_in',
        'sign in first: expected a session cookie or an Authorization: Bearer header',
      );
    this.requireOwnOrigin(request, true);
    const sessionHash = hashSecret(secret);
    const session = await this.credentials.session(sessionHash);
    if (!session) throw new ApiError('not_signed_in', 'the session has ended; sign in again');
    return { name: session.name, via: 'session', expiresAtMs: session.expiresAtMs, sessionHash };
  }

  private byToken(authorization: string): Caller {
    const token = /^Bearer ([A-Za-z0-9_.~+/-]+=*)$/.exec(authorization)?.[1];
    if (token === undefined) throw new ApiError('not_signed_in', 'authorization: expected Bearer and a token');
    if (!this.adminToken.matches(token)) throw new ApiError('not_signed_in', 'authorization: this token is not known');
    return { name: 'admin', via: 'token', expiresAtMs: null, sessionHash: null };
  }

  /** Another site may make a browser send our cookie, but not our Origin (the cookie is SameSite=Strict as well). */
  private requireOwnOrigin(request: FastifyRequest, needed: boolean): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { origin } = request.headers;
    if (origin === undefined ? !needed : this.origins.all.includes(origin)) return;
    throw new ApiError('forbidden', `origin: expected one of ${this.origins.all.join(', ')}, got ${origin ?? 'none'}`, {
      origin: origin ?? null,
    });
  }
}
