import type { RecordText } from '@carillon/core/text/record-texts';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Origins } from '../shared/origins.js';
import { Refusals } from '../shared/refusals.js';
import { ApiTokenStore, type TokenRow } from '../store/api-token.store.js';
import { CredentialStore } from '../store/credential.store.js';
import { AdminToken } from './admin-token.js';
import { ApiError } from './api-error.js';
import { parseApiToken } from './api-token.js';
import { allRights, type Caller } from './caller.js';
import { hashSecret } from './secrets.js';
import { readSessionCookie } from './session-cookie.js';

/** Tells who asks: by a bearer token, or by a session cookie on a request from one of our own pages. */
@Injectable()
export class Identity {
  constructor(
    @Inject(AdminToken) private readonly adminToken: AdminToken,
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(ApiTokenStore) private readonly apiTokens: ApiTokenStore,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(Refusals) private readonly refusals: Refusals,
  ) {}

  /** @throws ApiError `not_signed_in`, or `forbidden` when a page of somebody else asks */
  async of(request: FastifyRequest): Promise<Caller> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return await this.byToken(authorization, request.ip);
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
    return { ...session, rights: session.rights ?? allRights, via: 'session', tokenId: null, sessionHash };
  }

  private async byToken(authorization: string, address: string): Promise<Caller> {
    const token = /^Bearer ([A-Za-z0-9_.~+/-]+=*)$/.exec(authorization)?.[1];
    if (token === undefined) throw new ApiError('not_signed_in', 'authorization: expected Bearer and a token');
    if (this.adminToken.matches(token))
      return {
        name: 'admin',
        accountId: null,
        isLocal: true,
        rights: allRights,
        via: 'token',
        expiresAtMs: null,
        tokenId: null,
        sessionHash: null,
      };
    const parts = parseApiToken(token);
    const owner = parts && (await this.apiTokens.use(parts.id, hashSecret(token), address));
    if (!owner) {
      if (parts) await this.noteRefused(parts.id, address);
      throw new ApiError('not_signed_in', 'authorization: this token is not known, or its time is over');
    }
    return { ...owner, isLocal: false, tokenId: parts.id, via: 'token', sessionHash: null };
  }

  /** A token that was never made is nobody's; one that was is used by somebody who should not, or should know. */
  private async noteRefused(id: string, from: string): Promise<void> {
    const token = await this.apiTokens.byId(id);
    if (!token) return;
    const what = `${token.owner}:${token.name}`;
    this.refusals.note({ via: 'token', from, kind: 'AccessToken', act: 'refused', what, why: refusedWhy(token) });
  }

  /** Another site may make a browser send our cookie, but not our Origin (the cookie is SameSite=Strict as well). */
  requireOwnOrigin(request: FastifyRequest, needed: boolean): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { origin } = request.headers;
    if (origin === undefined ? !needed : this.origins.all.includes(origin)) return;
    const message: RefusalText = `origin: expected one of ${this.origins.all.join(', ')}, got ${origin ?? 'none'}`;
    throw new ApiError('forbidden', message, { origin: origin ?? null });
  }
}

function refusedWhy({ revokedAt, expiresAt }: TokenRow): RecordText {
  if (revokedAt) return 'it was revoked';
  if (expiresAt.getTime() <= Date.now()) return 'its time is over';
  return 'another secret than it was made with, an address that it is not kept to, or an owner who is switched off';
}
