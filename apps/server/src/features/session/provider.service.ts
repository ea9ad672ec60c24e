import { apiPrefix, type Response } from '@carillon/contract/http/route';
import type { ProviderRefusal, sessionRoutes } from '@carillon/contract/http/session.routes';
import { readProviderIdentity } from '@carillon/core/access/provider-identity';
import { attemptRates, attemptWaitMs } from '@carillon/core/access/sign-in-rules';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { notFound } from '../../http/api-error.js';
import { hashSecret } from '../../http/secrets.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { Sealer } from '../../shared/sealer.js';
import { takenNames } from '../../shared/taken-names.js';
import type { Holder } from '../../store/credential.store.js';
import { ProviderAccountStore } from '../../store/provider-account.store.js';
import { SignInAttemptStore } from '../../store/sign-in-attempt.store.js';
import { ProviderError, ProviderLink } from './provider-link.js';

/** Where browsers are sent to begin, and, with `/callback`, to where the provider sends them back. */
export const providerPath = `${apiPrefix}/sign-in/oidc`;
/** Somebody may have to look for a telephone. */
export const signInLifeMs = 10 * 60_000;

/** It travels in an address. */
const longestHint = 6_000;
/** Of another provider it does not open. */
const hintName = (issuer: string) => `id-token of ${issuer}`;

/** Why nobody was signed in; the page has the words. */
export class SignInRefused extends Error {
  constructor(readonly code: ProviderRefusal) {
    super(code);
  }
}

/** Signing in at an identity provider. */
@Injectable()
export class ProviderService implements OnApplicationBootstrap {
  private readonly logger = new Logger('SignIn');
  private readonly link: ProviderLink | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'oidc'>,
    @Inject(ProviderAccountStore) private readonly accounts: ProviderAccountStore,
    @Inject(SignInAttemptStore) private readonly attempts: SignInAttemptStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {
    this.link = config.oidc && new ProviderLink(config.oidc);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.accounts.configureGroups(this.config.oidc?.groups ?? []);
  }

  ways(): Response<typeof sessionRoutes.ways> {
    const { oidc } = this.config;
    return { provider: oidc ? { name: oidc.name, url: providerPath } : null };
  }

  /** @throws SignInRefused, or ApiError when there is no provider */
  async begin(origin: string, address: string): Promise<{ url: string; state: string }> {
    const link = this.require();
    const rate = attemptRates.provider;
    if (attemptWaitMs(await this.attempts.count(`provider ${address}`, rate), rate) > 0)
      throw new SignInRefused('too_many');
    const { url, state, verifier, nonce } = await this.refusing(link.begin(`${origin}${providerPath}/callback`));
    await this.accounts.begin(hashSecret(state), { verifier, nonce, origin }, Date.now() + signInLifeMs);
    return { url: url.href, state };
  }

  /**
   * @param query of the address that the provider sent the browser back to
   * @param state as the browser keeps it: another's answer, given to somebody to sign him in as another, does not fit
   * @throws SignInRefused, or ApiError when there is no provider
   */
  async finish(query: string, state: string | undefined): Promise<Holder & { signOutHint: Uint8Array | undefined }> {
    const link = this.require();
    if (state === undefined || new URLSearchParams(query).get('state') !== state) throw new SignInRefused('expired');
    const begun = await this.accounts.take(hashSecret(state));
    if (begun === null) throw new SignInRefused('expired');
    const address = new URL(`${begun.origin}${providerPath}/callback${query}`);
    const { claims, idToken } = await this.refusing(link.finish(address, state, begun));
    return { ...(await this.holderOf(claims)), signOutHint: this.hintOf(idToken) };
  }

  /**
   * Where the browser ends the session at the provider, after the one here is over.
   * @param hint as `finish` made it; null: the session did not begin at a provider
   * @returns null where there is no such place, it is not wanted, or the provider cannot be asked now
   */
  async signOutUrl(hint: Uint8Array | null, origin: string): Promise<string | null> {
    const { oidc } = this.config;
    if (!hint || !oidc || oidc.signOut === 'local' || !this.link) return null;
    try {
      const idToken = this.sealer.open(hintName(oidc.issuer), hint);
      return await this.link.signOutUrl(idToken, oidc.signOut === 'back' ? `${origin}/sign-in` : null);
    } catch (error) {
      this.logger.warn(`signed out here only: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }

  /** Kept until the session ends, for the provider to know it by: it says who somebody is, so it is sealed. */
  private hintOf(idToken: string | undefined): Uint8Array | undefined {
    const { oidc } = this.config;
    if (!oidc || oidc.signOut === 'local' || idToken === undefined || idToken.length > longestHint) return undefined;
    return this.sealer.seal(hintName(oidc.issuer), idToken);
  }

  private async holderOf(claims: Record<string, unknown>): Promise<Holder> {
    const { oidc } = this.config;
    const identity = oidc && readProviderIdentity(claims, oidc);
    if (!oidc || !identity) throw new SignInRefused('provider');
    if (takenNames.includes(identity.name.toLowerCase())) throw new SignInRefused('name_taken');
    const account = await this.accounts.signIn(oidc.issuer, identity);
    if (account.kind !== 'account') {
      this.logger.warn(`${JSON.stringify(identity.name)} of ${oidc.issuer} is not signed in: ${account.kind}`);
      throw new SignInRefused(account.kind);
    }
    // Pages that are open have other rights from now on.
    if (account.changed) this.hints.publish({ kind: 'access', hostIds: [account.id] });
    return { accountId: account.id, name: account.name };
  }

  private async refusing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.logger.warn(`identity provider ${this.config.oidc?.issuer}: ${error.message}`);
      throw new SignInRefused(error.code);
    }
  }

  private require(): ProviderLink {
    if (this.link) return this.link;
    throw notFound('identity provider', '');
  }
}
