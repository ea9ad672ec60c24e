import type { Input, Response } from '@carillon/contract/http/route';
import type { sessionRoutes } from '@carillon/contract/http/session.routes';
import { describeGrant } from '@carillon/core/access/describe-grant';
import { Inject, Injectable } from '@nestjs/common';
import { AdminToken } from '../../http/admin-token.js';
import { ApiError } from '../../http/api-error.js';
import type { Caller } from '../../http/caller.js';
import { hashSecret, makeSecret } from '../../http/secrets.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { actBy } from '../../store/audit-act.js';
import { type Beginning, CredentialStore, type Holder } from '../../store/credential.store.js';
import { PasswordsService } from './passwords.service.js';

type Routes = typeof sessionRoutes;
type Me = Response<Routes['me']>;

const ticketLifeMs = 10 * 60_000;
const sessionLifeMs = 12 * 3_600_000;

/** Where a request comes from. */
type From = Required<Omit<Beginning, 'method' | 'signOutHint'>> & { readonly address: string };

/** Who it is, and the session's secret for the cookie. */
interface Begun {
  readonly me: Me;
  readonly secret: string;
  readonly expiresAtMs: number;
}

/** Signing browsers in and out. */
@Injectable()
export class SessionService {
  constructor(
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(AdminToken) private readonly adminToken: AdminToken,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** Trades a one-time ticket or the admin token for a session. */
  async signIn(body: Input<Routes['signIn']>['body'], from: From): Promise<Begun> {
    const isTicket = 'ticket' in body;
    const holder = isTicket ? await this.byTicket(body.ticket) : this.byToken(body.token);
    return await this.begin(holder, { ...from, method: isTicket ? 'link' : 'token' });
  }

  async signInPassword(proof: Input<Routes['signInPassword']>['body'], from: From): Promise<Begun> {
    return await this.begin(await this.passwords.prove(proof, from.address), { ...from, method: 'password' });
  }

  async acceptInvitation(
    { invitation, password }: Input<Routes['acceptInvitation']>['body'],
    from: From,
  ): Promise<Begun> {
    const holder = await this.passwords.acceptInvitation(invitation, password);
    return await this.begin(holder, { ...from, method: 'invitation' });
  }

  async me(caller: Caller): Promise<Me> {
    const { name, via, expiresAtMs, rights, accountId, isLocal } = caller;
    const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs).toISOString();
    return {
      name,
      via,
      expiresAt,
      grants: rights.grants.map(describeGrant),
      hasPassword: accountId !== null && isLocal,
      hasSecondFactor: await this.passwords.hasSecondFactor(caller),
    };
  }

  /** @returns by which the provider knows the session that is over; null where none does */
  async signOut(caller: Caller): Promise<Uint8Array | null> {
    if (caller.sessionHash === null) return null;
    const hint = await this.credentials.endSession(caller.sessionHash);
    this.hints.publish({ kind: 'access', hostIds: [] });
    return hint;
  }

  /** A link for one browser, once. The ticket stands in the fragment, which browsers do not send and servers do not log. */
  async makeLink(caller: Caller, origin: string): Promise<Response<Routes['signInLink']>> {
    const ticket = makeSecret();
    const expiresAtMs = Date.now() + ticketLifeMs;
    await this.credentials.addTicket(hashSecret(ticket), caller, expiresAtMs);
    return { url: `${origin}/sign-in#ticket=${ticket}`, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  /** A session for somebody who has proved who he is. */
  async begin(holder: Holder, beginning: Beginning): Promise<Begun> {
    actBy({ actor: holder.name, account: holder.accountId });
    const secret = makeSecret();
    const expiresAtMs = Date.now() + sessionLifeMs;
    await this.credentials.addSession(hashSecret(secret), holder, beginning, expiresAtMs);
    const me: Me = { name: holder.name, via: 'session', expiresAt: new Date(expiresAtMs).toISOString() };
    return { me, secret, expiresAtMs };
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
