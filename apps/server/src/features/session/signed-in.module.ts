import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import type { Input as InputOf, Response } from '@carillon/contract/http/route';
import { mayEverywhere } from '@carillon/core/access/decide';
import { Controller, Inject, Injectable, Module, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { notFound } from '../../http/api-error.js';
import { type Caller, CallerOf } from '../../http/caller.js';
import { pageOfRows, readUuidCursor } from '../../http/cursor.js';
import { Handles, Input } from '../../http/handles.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { AccountStore } from '../../store/account.store.js';
import { SessionListStore, type SessionRow } from '../../store/session-list.store.js';
import { SignInAttemptStore } from '../../store/sign-in-attempt.store.js';
import { PasswordsService } from './passwords.service.js';

type Routes = typeof signedInRoutes;

/** Sessions as people look at them, and end them. */
@Injectable()
class SignedInService {
  constructor(
    @Inject(SessionListStore) private readonly sessions: SessionListStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async mine(caller: Caller): Promise<Response<Routes['mine']>> {
    return { items: (await this.sessions.ofAccount(caller.accountId)).map((row) => viewOf(row, caller)) };
  }

  async list({ cursor, limit }: InputOf<Routes['list']>, caller: Caller): Promise<Response<Routes['list']>> {
    const rows = await this.sessions.list(readUuidCursor(cursor), limit + 1);
    return pageOfRows(
      rows,
      limit,
      ({ id }) => id,
      (row) => viewOf(row, caller),
    );
  }

  /** One's own, or anybody's for who administers access; others' are not there. */
  async end(id: string, { accountId, rights }: Caller): Promise<Response<Routes['end']>> {
    const row = await this.sessions.byId(id);
    if (!row || (row.accountId !== accountId && !mayEverywhere(rights, 'access.manage'))) throw notFound('session', id);
    await this.sessions.end(row);
    this.hints.publish({ kind: 'access', hostIds: [] });
    return { ended: id };
  }
}

function viewOf(row: SessionRow, caller: Caller): Response<Routes['mine']>['items'][number] {
  const { id, name, method, address, agent } = row;
  return {
    ...{ id, name, method, address, agent },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    current: row.hash === caller.sessionHash,
  };
}

@Controller()
class SignedInController {
  constructor(
    @Inject(SignedInService) private readonly sessions: SignedInService,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
  ) {}

  @Handles(signedInRoutes.mine)
  mine(@CallerOf() caller: Caller) {
    return this.sessions.mine(caller);
  }

  @Handles(signedInRoutes.list)
  list(@Input() input: InputOf<Routes['list']>, @CallerOf() caller: Caller) {
    return this.sessions.list(input, caller);
  }

  @Handles(signedInRoutes.end)
  end(@Input() { id }: InputOf<Routes['end']>, @CallerOf() caller: Caller) {
    return this.sessions.end(id, caller);
  }

  @Handles(signedInRoutes.changePassword)
  changePassword(
    @Input() { body }: InputOf<Routes['changePassword']>,
    @CallerOf() caller: Caller,
    @Req() { ip }: FastifyRequest,
  ) {
    return this.passwords.change(caller, body, ip);
  }

  @Handles(signedInRoutes.beginSecondFactor)
  beginSecondFactor(
    @Input() { body }: InputOf<Routes['beginSecondFactor']>,
    @CallerOf() caller: Caller,
    @Req() { ip }: FastifyRequest,
  ) {
    return this.passwords.beginSecondFactor(caller, body.password, ip);
  }

  @Handles(signedInRoutes.confirmSecondFactor)
  confirmSecondFactor(@Input() { body }: InputOf<Routes['confirmSecondFactor']>, @CallerOf() caller: Caller) {
    return this.passwords.confirmSecondFactor(caller, body.code);
  }

  @Handles(signedInRoutes.removeSecondFactor)
  removeSecondFactor(
    @Input() { body }: InputOf<Routes['removeSecondFactor']>,
    @CallerOf() caller: Caller,
    @Req() { ip }: FastifyRequest,
  ) {
    return this.passwords.removeSecondFactor(caller, body.password, ip);
  }
}

/** What people do with their own way in. */
@Module({
  controllers: [SignedInController],
  providers: [SignedInService, PasswordsService, SessionListStore, AccountStore, SignInAttemptStore],
  exports: [PasswordsService],
})
export class SignedInModule {}
