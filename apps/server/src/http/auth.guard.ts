import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Origins } from '../shared/origins.js';
import { type Credential, CredentialStore } from '../store/credential.store.js';
import { ApiError } from './api-error.js';
import { type Caller, setCaller } from './caller.js';
import { routeOf } from './handles.js';
import { readSessionCookie } from './session-cookie.js';

const maxSecretCharacters = 200;

/** Lets in whoever shows a token or a session; open routes let everybody in. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    this.refuseForeignPage(request);
    // A method that handles no route of the catalog answers for itself: health, metrics, pages.
    if (routeOf(context.getHandler())?.open !== undefined || !routeOf(context.getHandler())) return true;
    setCaller(request, await this.identify(request));
    return true;
  }

  /** A page of another site may send requests with our cookie; a browser says whose page it was. */
  private refuseForeignPage(request: FastifyRequest): void {
    const { origin } = request.headers;
    if (isSafe(request) || origin === undefined || this.origins.all.includes(origin)) return;
    throw new ApiError('forbidden', `this server does not take requests from pages of ${JSON.stringify(origin)}`, {
      origin,
    });
  }

  private async identify(request: FastifyRequest): Promise<Caller> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      return this.credentialOf('token', token, 'the token is not known, or no longer valid');
    }
    const secret = readSessionCookie(request, this.origins.forHost(request.headers.host));
    if (secret === undefined)
      throw new ApiError('not_signed_in', 'sign in first: send `Authorization: Bearer` with a token, or a session cookie');
    if (!isSafe(request) && request.headers.origin === undefined)
      throw new ApiError('forbidden', 'a request with a session cookie that changes something must carry Origin');
    return this.credentialOf('session', secret, 'the session has ended; sign in again');
  }

  private async credentialOf(kind: Caller['via'], secret: string | undefined, refusal: string): Promise<Caller> {
    const credential =
      secret && secret.length <= maxSecretCharacters ? await this.credentials.find(kind, secret) : null;
    if (!credential) throw new ApiError('not_signed_in', refusal);
    return callerOf(credential, kind);
  }
}

function callerOf({ id, name, expiresAt }: Credential, via: Caller['via']): Caller {
  return { name, via, expiresAt: expiresAt?.toISOString() ?? null, credentialId: id };
}

function isSafe(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}
