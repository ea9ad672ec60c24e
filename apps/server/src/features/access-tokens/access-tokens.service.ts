import type { accessTokenRoutes } from '@carillon/contract/http/accounts.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { mayEverywhere } from '@carillon/core/access/decide';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, notFound } from '../../http/api-error.js';
import { makeApiToken } from '../../http/api-token.js';
import type { Caller } from '../../http/caller.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { hashSecret } from '../../http/secrets.js';
import { AccountStore } from '../../store/account.store.js';
import { ApiTokenStore, type NewToken, type TokenRow } from '../../store/api-token.store.js';

type Routes = typeof accessTokenRoutes;
type Token = Response<Routes['revoke']>;
type Body = Input<Routes['create']>['body'];

const dayMs = 86_400_000;
/** Of a token that was exchanged: time to put the new one in its place. */
const overlapMs = dayMs;

/** API tokens: made, listed, exchanged and taken back. */
@Injectable()
export class AccessTokensService {
  constructor(
    @Inject(ApiTokenStore) private readonly tokens: ApiTokenStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
  ) {}

  async list({ cursor, limit }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const [at, id] = readCursor(cursor)?.split(' ') ?? [];
    const before =
      at === undefined || id === undefined || Number.isNaN(Date.parse(at)) ? null : { at: new Date(at), id };
    const rows = await this.tokens.list(before, limit + 1);
    return pageOfRows(rows, limit, (row) => `${row.createdAt.toISOString()} ${row.id}`, viewOf);
  }

  async mine({ accountId }: Caller): Promise<Response<Routes['mine']>> {
    return { items: (await this.tokens.ofAccount(accountId)).map(viewOf) };
  }

  create(body: Body, { accountId, name }: Caller): Promise<Response<Routes['create']>> {
    return this.make(body, accountId, name);
  }

  /** Only for services: nobody makes a token in the name of another person. */
  async createFor(name: string, body: Body, author: string): Promise<Response<Routes['createFor']>> {
    const account = await this.accounts.byName(name);
    if (!account) throw notFound('account', name);
    if (account.kind !== 'service')
      throw new ApiError(
        'conflict',
        `account ${account.name}: expected a service; people make their tokens themselves`,
        {
          name: account.name,
        },
      );
    return await this.make(body, account.id, author);
  }

  async rotate(id: string, caller: Caller): Promise<Response<Routes['rotate']>> {
    const old = await this.require(id, caller);
    if (old.revokedAt !== null || old.expiresAt.getTime() <= Date.now())
      throw new ApiError('conflict', `token ${id}: it is over; make a new one`, { id });
    const lifeMs = old.expiresAt.getTime() - old.createdAt.getTime();
    const { accountId, name, area, grants, addresses } = old;
    const made = await this.write({ accountId, name, area, grants, addresses }, lifeMs, caller.name, id);
    await this.tokens.endBy(id, new Date(Date.now() + overlapMs));
    return made;
  }

  async revoke(id: string, caller: Caller): Promise<Token> {
    await this.require(id, caller);
    await this.tokens.revoke(id);
    return viewOf(await this.require(id, caller));
  }

  private make(body: Body, accountId: string | null, author: string): Promise<Response<Routes['create']>> {
    const { name, area, grants = null, addresses, expiresInDays } = body;
    return this.write({ accountId, name, area, grants, addresses }, expiresInDays * dayMs, author, null);
  }

  private async write(
    token: Pick<NewToken, 'accountId' | 'name' | 'area' | 'grants' | 'addresses'>,
    lifeMs: number,
    author: string,
    replaces: string | null,
  ): Promise<Response<Routes['create']>> {
    const { id, token: secret } = makeApiToken();
    const expiresAt = new Date(Date.now() + lifeMs);
    const row = await this.tokens.add({ ...token, id, hash: hashSecret(secret), author, expiresAt, replaces });
    return { ...viewOf(row), token: secret };
  }

  /** One's own, or anybody's for who administers access; others' are not there. */
  private async require(id: string, { accountId, rights }: Caller): Promise<TokenRow> {
    const row = await this.tokens.byId(id);
    if (!row || (row.accountId !== accountId && !mayEverywhere(rights, 'access.manage'))) throw notFound('token', id);
    return row;
  }
}

function viewOf(row: TokenRow): Token {
  const { id, owner, name, area, grants, addresses, author, usedFrom } = row;
  return {
    ...{ id, owner, name, area, author, usedFrom },
    grants: grants && [...grants],
    addresses: [...addresses],
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    usedAt: row.usedAt?.toISOString() ?? null,
  };
}
