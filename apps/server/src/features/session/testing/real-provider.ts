/// <reference path="./oidc-provider.d.ts" />
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** What the provider knows of somebody. */
export interface Person {
  readonly sub: string;
  readonly preferred_username?: string;
  readonly groups?: readonly string[];
}

export type RealProvider = Awaited<ReturnType<typeof startProvider>>;

export const clientId = 'carillon';
export const clientSecret = 'a-secret-of-the-client';

/**
 * A real identity provider on this machine. Whoever comes is the person of that moment, or says no.
 * @param host `localhost` and `127.0.0.1` are two sites to a browser
 */
export async function startProvider(host: '127.0.0.1' | 'localhost' = '127.0.0.1') {
  const people = new Map<string, Person>();
  const state: { person: Person | null; redirectUris: string[]; backTo: string[]; asked: number } = {
    ...{ person: null, redirectUris: [], backTo: [], asked: 0 },
  };
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, host, done));
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;

  const make = () => {
    const provider = new Provider(issuer, {
      clients: [
        {
          ...{ client_id: clientId, client_secret: clientSecret },
          ...{ redirect_uris: state.redirectUris, post_logout_redirect_uris: state.backTo },
        },
      ],
      scopes: ['openid', 'profile', 'groups'],
      claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
      pkce: { required: () => true },
      cookies: { keys: ['only for a test'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ ...people.get(id) }) }),
      // Nobody is asked whether Carillon may know what it asks for.
      loadExistingGrant: async ({ oidc }: { oidc: { session: { accountId: string } } }) => {
        const grant = new provider.Grant({ clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope('openid profile groups');
        await grant.save();
        return grant;
      },
    });
    const callback = provider.callback();
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return callback(request, response);
      const { person } = state;
      state.asked += 1;
      if (person) people.set(person.sub, person);
      const result = person
        ? { login: { accountId: person.sub, remember: false } }
        : { error: 'access_denied', error_description: 'somebody said no' };
      provider
        .interactionFinished(request, response, result)
        .catch((error: unknown) => response.destroy(error as Error));
      return undefined;
    });
  };
  make();

  return {
    issuer,
    /** Where it sends browsers back to, also after they have signed out. */
    allow(redirectUri: string, backTo?: string): void {
      state.redirectUris = [redirectUri];
      state.backTo = backTo === undefined ? [] : [backTo];
      make();
    },
    /** How often it asked somebody who he is. */
    get asked(): number {
      return state.asked;
    },
    /** Whoever comes next; null: says no. */
    setPerson(person: Person | null): void {
      state.person = person;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
