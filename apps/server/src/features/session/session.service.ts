import type { Input, Response } from '@carillon/contract/http/route';
import type { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Inject, Injectable } from '@nestjs/common';
import { AdminToken } from '../../http/admin-token.js';
import { ApiError } from '../../http/api-error.js';
import type { Caller } from '../../http/caller.js';
import { hashSecret, makeSecret } from '../../http/secrets.js';
import { type Beginning, CredentialStore, type Holder } from '../../store/credential.store.js';

type Routes = typeof sessionRoutes;
type Me = Response<Routes['me']>;

const ticketLifeMs = 10 * 60_000;
const sessionLifeMs = 12 * 3_600_000;

/** Signing browsers in and out. */
@Injectable()
export class SessionService {
  constructor(
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(AdminToken) private readonly adminToken: AdminToken,
  ) {}

  /** Trades a one-time ticket or the admin token for a session. @returns who it is, and the session's secret for the cookie */
  async signIn(
    body: Input<Routes['signIn']>['body'],
    from: Omit<Beginning, 'method'>,
  ): Promise<{ me: Me; secret: string; expiresAtMs: number }> {
    const isTicket = 'ticket' in body;
    const holder = isTicket ? await this.byTicket(body.ticket) : this.byToken(body.token);
    const secret = makeSecret();
    const expiresAtMs = Date.now() + sessionLifeMs;
    const beginning = { ...from, method: isTicket ? 'link' : 'token' };
    await this.credentials.addSession(hashSecret(secret), holder, beginning, expiresAtMs);
    const me: Me = { name: holder.name, via: 'session', expiresAt: new Date(expiresAtMs).toISOString() };
    return { me, secret, expiresAtMs };
  }

  async signOut(caller: Caller): Promise<void> {
    if (caller.sessionHash !== null) await this.credentials.endSession(caller.sessionHash);
  }

  /** A link for one browser, once. The ticket stands in the fragment, which browsers do not send and servers do not log. */
  async makeLink(caller: Caller, origin: string): Promise<Response<Routes['signInLink']>> {
    const ticket = makeSecret();
    const expiresAtMs = Date.now() + ticketLifeMs;
    await this.credentials.addTicket(hashSecret(ticket), caller, expiresAtMs);
    return { url: `${origin}/sign-in#ticket=${ticket}`, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  private async byTicket(ticket: string): Promise<Holder> {
    const holder = await this.credentials.useTicket(hashSecret(ticket));
    if (holder === null)
      throw new ApiError(
        'not_signed_in',
        'ticket: this link was used already or has expired; ask for a new one with `carillon sign-in`',
        { field: 'ticket' },
      );
    return holder;
  }

  private byToken(token: string): Holder {
    if (!this.adminToken.matches(token))
      throw new ApiError('not_signed_in', 'token: this token is not known', { field: 'token' });
    return { name: 'admin', accountId: null };
  }
}
