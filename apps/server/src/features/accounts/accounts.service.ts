import type { accountRoutes } from '@carillon/contract/http/accounts.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { hashSecret, makeSecret } from '../../http/secrets.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { takenNames } from '../../shared/taken-names.js';
import { type AccountRow, AccountStore } from '../../store/account.store.js';
import { CredentialStore } from '../../store/credential.store.js';
import { configurationAuthor } from '../../store/provider-account.store.js';

type Routes = typeof accountRoutes;
type Account = Response<Routes['change']>;

const invitationLifeMs = 72 * 3_600_000;

/** Accounts, what they were granted, and what groups of the identity provider are. */
@Injectable()
export class AccountsService {
  constructor(
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async list({ cursor, limit }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.accounts.list(readCursor(cursor), limit + 1);
    return pageOfRows(rows, limit, ({ name }) => name.toLowerCase(), viewOf);
  }

  async create(
    { name, kind, grants }: Input<Routes['create']>['body'],
    author: string,
    origin: string,
  ): Promise<Response<Routes['create']>> {
    const row = takenNames.includes(name.toLowerCase()) ? null : await this.accounts.create(name, kind, grants, author);
    if (!row)
      throw new ApiError('conflict', `account ${JSON.stringify(name)}: somebody is called so already`, { name });
    return { account: viewOf(row), invitation: kind === 'person' ? await this.makeInvitation(row, origin) : null };
  }

  async change({ name, body }: Input<Routes['change']>): Promise<Account> {
    const row = await this.accounts.change(name, body);
    if (!row) throw notFound('account', name);
    this.tell([row.id]);
    return viewOf(row);
  }

  async remove(name: string): Promise<Response<Routes['remove']>> {
    const row = await this.accounts.remove(name);
    if (!row) throw notFound('account', name);
    this.tell([row.id]);
    return { removed: row.name };
  }

  /** What was lost may be in other hands: password, second factor and sessions go. */
  async invite(name: string, origin: string): Promise<Response<Routes['invite']>> {
    const row = await this.accounts.byName(name);
    if (!row) throw notFound('account', name);
    if (row.kind !== 'person' || row.issuer !== null)
      throw new ApiError('conflict', `account ${row.name}: expected a person with a password here`, { name: row.name });
    await this.accounts.forgetSecrets(row.id);
    this.tell([row.id]);
    return await this.makeInvitation(row, origin);
  }

  async groupRoles(): Promise<Response<Routes['groupRoles']>> {
    return { items: await this.accounts.groupRoles() };
  }

  async setGroupRole(
    { name, body }: Input<Routes['setGroupRole']>,
    author: string,
  ): Promise<Response<Routes['setGroupRole']>> {
    const configured = (await this.accounts.groupRoles()).find(({ name: one }) => one === name)?.author;
    if (configured === configurationAuthor)
      throw new ApiError('conflict', `group ${JSON.stringify(name)}: CARILLON_OIDC_GROUPS says what it may do`, {
        name,
      });
    await this.accounts.setGroupRole(name, body.grants, author);
    this.tell(await this.accounts.idsInGroup(name));
    return { name, grants: body.grants };
  }

  /** The secret stands in the fragment, which browsers do not send and servers do not log. */
  private async makeInvitation({ id, name }: AccountRow, origin: string): Promise<Response<Routes['invite']>> {
    const secret = makeSecret();
    const expiresAtMs = Date.now() + invitationLifeMs;
    await this.credentials.addInvitation(hashSecret(secret), { accountId: id, name }, expiresAtMs);
    return { url: `${origin}/sign-in#invitation=${secret}`, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  /** Pages that are open hear at once that rights are other ones. */
  private tell(accountIds: readonly string[]): void {
    if (accountIds.length > 0) this.hints.publish({ kind: 'access', hostIds: accountIds });
  }
}

function viewOf(row: AccountRow): Account {
  const { name, kind, issuer, grants, groups, author } = row;
  return {
    ...{ name, kind, issuer, grants, groups, author },
    hasPassword: row.passwordHash !== null,
    hasSecondFactor: row.totpConfirmedAt !== null,
    disabled: row.disabledAt !== null,
    createdAt: row.createdAt.toISOString(),
    signedInAt: row.signedInAt?.toISOString() ?? null,
  };
}
