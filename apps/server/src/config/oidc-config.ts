import { type Grant, readGrant } from '@carillon/core/access/grant';
import { z } from 'zod';
import { ConfigError, secret, url } from './variables.js';

/** `provider`: it ends the session there too, where it can; `back`: and leads back here, which has to be registered there. */
const signOutWays = ['provider', 'back', 'local'] as const;
export type SignOutWay = (typeof signOutWays)[number];

/** An identity provider (OpenID Connect), and how its words become ours. */
export interface OidcSettings {
  /** As its discovery document says, letter by letter. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which proves itself by PKCE alone. */
  readonly clientSecret: string | undefined;
  /** What the button is called. */
  readonly name: string;
  readonly scope: string;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** What signing out here does there. */
  readonly signOut: SignOutWay;
  /** What members of its groups are granted. */
  readonly groups: readonly { readonly name: string; readonly grants: readonly Grant[] }[];
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);
const groupsSchema = z.record(z.string().min(1).max(200), z.array(z.string()).max(50));
const groupsExpected = 'JSON such as {"Operations": ["operator@team:data", "viewer@all"]}';

/**
 * Reads the variables `CARILLON_OIDC_…`.
 * @throws ConfigError naming the variable and what was expected
 */
export function oidcOf(env: NodeJS.ProcessEnv): OidcSettings | undefined {
  const issuer = env.CARILLON_OIDC_ISSUER;
  const clientId = env.CARILLON_OIDC_CLIENT_ID;
  if (!issuer) {
    if (clientId)
      throw new ConfigError('CARILLON_OIDC_ISSUER', 'an issuer, since CARILLON_OIDC_CLIENT_ID is set', issuer);
    return undefined;
  }
  if (!clientId)
    throw new ConfigError('CARILLON_OIDC_CLIENT_ID', 'the id of a client, since CARILLON_OIDC_ISSUER is set', clientId);
  const { protocol, hostname } = new URL(url('CARILLON_OIDC_ISSUER', issuer, ['https:', 'http:']));
  // Whoever listens or answers in between would sign in as anybody.
  if (protocol === 'http:' && !loopback.has(hostname))
    throw new ConfigError('CARILLON_OIDC_ISSUER', 'https:// (http:// on this machine only)', issuer);
  return {
    issuer,
    clientId,
    clientSecret: secret(env, 'CARILLON_OIDC_CLIENT_SECRET') || undefined,
    name: env.CARILLON_OIDC_NAME || hostname,
    scope: scopeOf(env.CARILLON_OIDC_SCOPE || 'openid profile email'),
    nameClaim: env.CARILLON_OIDC_NAME_CLAIM || 'preferred_username',
    groupsClaim: env.CARILLON_OIDC_GROUPS_CLAIM || 'groups',
    signOut: signOutOf(env.CARILLON_OIDC_SIGN_OUT || 'provider'),
    groups: groupsOf(secret(env, 'CARILLON_OIDC_GROUPS')),
  };
}

function scopeOf(text: string): string {
  if (text.split(' ').includes('openid')) return text;
  throw new ConfigError('CARILLON_OIDC_SCOPE', 'scopes with openid among them', text);
}

function signOutOf(text: string): SignOutWay {
  const way = signOutWays.find((each) => each === text);
  if (way) return way;
  throw new ConfigError('CARILLON_OIDC_SIGN_OUT', signOutWays.join(', '), text);
}

function groupsOf(text: string | undefined): OidcSettings['groups'] {
  if (!text) return [];
  const read = groupsSchema.safeParse(parseJson(text));
  if (!read.success) throw new ConfigError('CARILLON_OIDC_GROUPS', groupsExpected, text);
  return Object.entries(read.data).map(([name, texts]) => ({ name, grants: texts.map(grantOf) }));
}

function grantOf(text: string): Grant {
  const read = readGrant(text);
  if (read.ok) return read.value;
  throw new ConfigError('CARILLON_OIDC_GROUPS', read.problems[0]?.expected ?? 'grants', text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
