import type { OidcSettings } from '../../config/oidc-config.js';
import type { BegunSignIn } from '../../store/provider-account.store.js';

/** What is wrong with an answer lies with the provider or on the way to it; `denied`: somebody said no there. */
export class ProviderError extends Error {
  constructor(
    readonly code: 'denied' | 'provider',
    cause: unknown,
  ) {
    super(describe(cause), { cause });
  }
}

/** Loaded when the first person signs in so. */
const load = () => import('openid-client');
type Client = Awaited<ReturnType<typeof load>>;
type Configuration = Awaited<ReturnType<Client['discovery']>>;

/** Where the provider's parts are is asked again after this time. */
const knownMs = 3_600_000;
const timeoutSeconds = 10;
const clockToleranceSeconds = 30;

/** Our side of OpenID Connect: code flow with PKCE (RFC 7636), state and nonce. */
export class ProviderLink {
  private known: { readonly configuration: Promise<Configuration>; readonly atMs: number } | undefined;

  constructor(private readonly settings: OidcSettings) {}

  /** Where to send the browser, and what has to be known when it comes back. @throws ProviderError */
  async begin(redirectUri: string): Promise<{ url: URL; state: string; verifier: string; nonce: string }> {
    const client = await load();
    const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
    const challenge = await client.calculatePKCECodeChallenge(verifier);
    const url = client.buildAuthorizationUrl(await this.configuration(client), {
      redirect_uri: redirectUri,
      scope: this.settings.scope,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    return { url, state, verifier, nonce };
  }

  /**
   * Trades the code in the address for what the provider claims of the person, and the token by which it knows the session.
   * @param address the whole of it, as the browser came back to
   * @throws ProviderError
   */
  async finish(
    address: URL,
    state: string,
    { verifier, nonce }: BegunSignIn,
  ): Promise<{ claims: Record<string, unknown>; idToken: string | undefined }> {
    const client = await load();
    const configuration = await this.configuration(client);
    try {
      const tokens = await client.authorizationCodeGrant(configuration, address, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims: Record<string, unknown> = { ...tokens.claims() };
      const told = await this.userInfo(client, configuration, tokens.access_token, claims);
      return { claims: { ...told, ...claims }, idToken: tokens.id_token };
    } catch (error) {
      const isDenied = error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
      throw new ProviderError(isDenied ? 'denied' : 'provider', error);
    }
  }

  /**
   * Where a browser ends its session there (OpenID Connect RP-Initiated Logout 1.0).
   * @param backTo where it is led afterwards; null: it stays there
   * @returns null when the provider has no such place
   * @throws ProviderError
   */
  async signOutUrl(idToken: string, backTo: string | null): Promise<string | null> {
    const client = await load();
    const configuration = await this.configuration(client);
    const place = configuration.serverMetadata().end_session_endpoint;
    if (place === undefined || !/^https?:$/.test(new URL(place).protocol)) return null;
    const back = backTo === null ? {} : { post_logout_redirect_uri: backTo };
    return client.buildEndSessionUrl(configuration, { id_token_hint: idToken, ...back }).href;
  }

  /** Many providers tell names and groups only there. It is asked for what the token does not say. */
  private async userInfo(
    client: Client,
    configuration: Configuration,
    accessToken: string,
    claims: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const { nameClaim, groupsClaim } = this.settings;
    const saysAll = claims[nameClaim] !== undefined && claims[groupsClaim] !== undefined;
    if (saysAll || configuration.serverMetadata().userinfo_endpoint === undefined) return {};
    return await client.fetchUserInfo(configuration, accessToken, String(claims.sub));
  }

  private async configuration(client: Client): Promise<Configuration> {
    if (!this.known || Date.now() - this.known.atMs > knownMs) {
      const configuration = this.discover(client);
      this.known = { configuration, atMs: Date.now() };
      // A provider that was away is asked again by the next one who comes.
      configuration.catch(() => {
        this.known = undefined;
      });
    }
    try {
      return await this.known.configuration;
    } catch (error) {
      throw new ProviderError('provider', error);
    }
  }

  private async discover(client: Client): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const isPlain = new URL(issuer).protocol === 'http:';
    return await client.discovery(
      new URL(issuer),
      clientId,
      { [client.clockTolerance]: clockToleranceSeconds },
      clientSecret === undefined ? client.None() : asProviderTakes(client, clientSecret),
      {
        timeout: timeoutSeconds,
        // The signature is checked also where TLS would do.
        execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
      },
    );
  }
}

/** In the header where the provider takes that, which is what it does unless it says otherwise; else in the body. */
function asProviderTakes(client: Client, secret: string): ReturnType<Client['ClientSecretPost']> {
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const authenticate =
      methods === undefined || methods.includes('client_secret_basic')
        ? client.ClientSecretBasic(secret)
        : client.ClientSecretPost(secret);
    authenticate(server, ...rest);
  };
}

/** With what lies behind it, for the log of the server; there are no secrets in it. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const said = [
    cause.message,
    ...('error' in cause ? [String(cause.error)] : []),
    ...('error_description' in cause ? [String(cause.error_description)] : []),
  ];
  return cause.cause instanceof Error ? `${said.join(': ')} (${cause.cause.message})` : said.join(': ');
}
