import { randomBytes } from 'node:crypto';
import type { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { attemptRates, attemptWaitMs, passwordProblem } from '@carillon/core/access/sign-in-rules';
import { matchTotp, toBase32, totpUri } from '@carillon/core/access/totp';
import { noAccount } from '@carillon/core/audit/refusals';
import type { RecordText } from '@carillon/core/text/record-texts';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField } from '../../http/api-error.js';
import type { Caller } from '../../http/caller.js';
import { hashSecret } from '../../http/secrets.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { hashPassword, isOldHash, isPassword } from '../../shared/passwords.js';
import { Refusals } from '../../shared/refusals.js';
import { Sealer } from '../../shared/sealer.js';
import { type AccountRow, AccountStore } from '../../store/account.store.js';
import { CredentialStore, type Holder } from '../../store/credential.store.js';
import { SessionListStore } from '../../store/session-list.store.js';
import { SignInAttemptStore } from '../../store/sign-in-attempt.store.js';

type Routes = typeof signedInRoutes;

const recoveryCodes = 10;

/** What somebody proves who he is with. */
export interface Proof {
  readonly name: string;
  readonly password: string;
  readonly code?: string | undefined;
}

/** Passwords and second factors of local accounts. */
@Injectable()
export class PasswordsService {
  constructor(
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(CredentialStore) private readonly credentials: CredentialStore,
    @Inject(SessionListStore) private readonly sessions: SessionListStore,
    @Inject(SignInAttemptStore) private readonly attempts: SignInAttemptStore,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(Refusals) private readonly refusals: Refusals,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** @throws ApiError `not_signed_in`, which says no more than that; with `needs: 'code'` when only that is missing */
  async prove({ name, password, code }: Proof, address: string): Promise<Holder> {
    const key = await this.countAttempt(name, address);
    const account = await this.accounts.byName(name);
    const mayTry = account?.kind === 'person' && account.disabledAt === null;
    const isRight = await isPassword(password, (mayTry && account.passwordHash) || null);
    if (!isRight || !account) {
      this.refused(
        'refused',
        account,
        address,
        mayTry || !account ? 'wrong password' : 'it may not sign in by a password',
      );
      throw wrong();
    }
    if (account.totpConfirmedAt !== null) await this.requireCode(account, code, address);
    await this.attempts.forget(key);
    await this.accounts.noteSignIn(account.id);
    await this.renewHash(account, password);
    return { accountId: account.id, name: account.name };
  }

  /** Only now is the password known: what was stored by an earlier method is stored by the present one. */
  private async renewHash({ id, passwordHash }: AccountRow, password: string): Promise<void> {
    if (passwordHash !== null && isOldHash(passwordHash))
      await this.accounts.renewHash(id, passwordHash, await hashPassword(password));
  }

  /** A link that was sent to somebody, once: sets the password. */
  async acceptInvitation(secret: string, password: string): Promise<Holder> {
    const problem = passwordProblem(password, '\u{0}');
    if (problem !== undefined) throw invalidField('password', problem, '(hidden)');
    const holder = await this.credentials.useInvitation(hashSecret(secret));
    if (holder?.accountId == null)
      throw new ApiError('not_signed_in', 'invitation: this link was used already or has expired; ask for a new one', {
        field: 'invitation',
      });
    await this.accounts.setPassword(holder.accountId, await hashPassword(password));
    await this.accounts.noteSignIn(holder.accountId);
    return holder;
  }

  async change(caller: Caller, { current, password }: Input<Routes['changePassword']>['body'], address: string) {
    const account = await this.proveAgain(caller, current, address, 'current');
    const problem = passwordProblem(password, account.name);
    if (problem !== undefined) throw invalidField('password', problem, '(hidden)');
    await this.accounts.setPassword(account.id, await hashPassword(password));
    await this.sessions.endOthers(account.id, caller.sessionHash);
    this.hints.publish({ kind: 'access', hostIds: [account.id] });
    return { changed: true };
  }

  async hasSecondFactor({ accountId, isLocal }: Caller): Promise<boolean> {
    const account = accountId === null || !isLocal ? null : await this.accounts.byId(accountId);
    return account !== null && account.totpConfirmedAt !== null;
  }

  async beginSecondFactor(
    caller: Caller,
    password: string,
    address: string,
  ): Promise<Response<Routes['beginSecondFactor']>> {
    const account = await this.proveAgain(caller, password, address);
    if (account.totpConfirmedAt !== null)
      throw new ApiError('conflict', 'there is a second factor already: take it away first', {});
    const secret = randomBytes(20);
    await this.accounts.beginTotp(account.id, this.sealer.seal(sealName(account.id), secret.toString('base64')));
    return { secret: toBase32(secret), uri: totpUri(secret, account.name) };
  }

  async confirmSecondFactor(caller: Caller, code: string): Promise<Response<Routes['confirmSecondFactor']>> {
    const account = await this.accountOf(caller);
    const step = account.totpConfirmedAt === null ? this.matchCode(account, code) : null;
    if (step === null || !(await this.accounts.useTotpStep(account.id, step)))
      throw invalidField('code', 'the code that the authenticator shows now', code);
    const codes = Array.from({ length: recoveryCodes }, () => toBase32(randomBytes(10)).toLowerCase());
    await this.accounts.confirmTotp(account.id, codes.map(hashSecret));
    return { recoveryCodes: codes };
  }

  async removeSecondFactor(caller: Caller, password: string, address: string) {
    const account = await this.proveAgain(caller, password, address);
    await this.accounts.removeTotp(account.id);
    return { removed: true };
  }

  private async requireCode(account: AccountRow, code: string | undefined, address: string): Promise<void> {
    if (code === undefined || code === '')
      throw new ApiError('not_signed_in', 'code: expected the code that the authenticator shows', { needs: 'code' });
    const step = this.matchCode(account, code);
    if (step !== null && (await this.accounts.useTotpStep(account.id, step))) return;
    const plain = code.replaceAll(/[\s-]/g, '').toLowerCase();
    if (await this.accounts.useRecoveryCode(account.id, hashSecret(plain))) return;
    this.refused('refused', account, address, 'the right password and a wrong code');
    throw new ApiError('not_signed_in', 'code: it is not the one that the authenticator shows', {
      needs: 'code',
      wrong: true,
    });
  }

  private matchCode({ id, totpSecret, totpStep }: AccountRow, code: string): number | null {
    if (!totpSecret) return null;
    const secret = Buffer.from(this.sealer.open(sealName(id), totpSecret), 'base64');
    return matchTotp(secret, code, Date.now(), totpStep);
  }

  /** An open browser is not enough for what decides who may sign in. */
  private async proveAgain(caller: Caller, password: string, address: string, field = 'password'): Promise<AccountRow> {
    const account = await this.accountOf(caller);
    const key = await this.countAttempt(account.name, address);
    if (!(await isPassword(password, account.passwordHash))) {
      this.refused('refused', account, address, 'signed in, and a wrong password for what asks for it again');
      throw invalidField(field, 'the present password', '(hidden)');
    }
    await this.attempts.forget(key);
    return account;
  }

  private async accountOf({ accountId }: Caller): Promise<AccountRow> {
    const account = accountId === null ? null : await this.accounts.byId(accountId);
    if (account?.kind !== 'person' || account.passwordHash === null)
      throw new ApiError('conflict', 'this account has no password here', {});
    return account;
  }

  /** @returns the account's key, whose attempts are forgotten after the right one */
  private async countAttempt(name: string, address: string): Promise<string> {
    const key = `account ${name.toLowerCase().slice(0, 100)}`;
    const waits = [
      attemptWaitMs(await this.attempts.count(`address ${address}`, attemptRates.address), attemptRates.address),
      attemptWaitMs(await this.attempts.count(key, attemptRates.account), attemptRates.account),
    ];
    const retryAfterMs = Math.max(...waits);
    if (retryAfterMs > 0) {
      this.refused('locked_out', await this.accounts.byName(name), address, 'too many attempts to sign in');
      throw new ApiError('too_many_requests', 'too many attempts to sign in; try again later', { retryAfterMs });
    }
    return key;
  }

  private refused(act: 'refused' | 'locked_out', account: AccountRow | null, from: string, why: RecordText): void {
    this.refusals.note({ via: 'open', from, kind: 'Session', act, what: account?.name ?? noAccount, why });
  }
}

function sealName(accountId: string): string {
  return `second factor of ${accountId}`;
}

function wrong(): ApiError {
  return new ApiError('not_signed_in', 'name or password: they do not belong together', { field: 'password' });
}
