import { grantsSchema } from '@carillon/core/access/grant';
import { tokenAreas } from '@carillon/core/access/roles';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { z } from 'zod';
import { addressRange, defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

const tag = 'access';

/** What people and services are called: no path, no colon, nothing to be mistaken for another. */
const accountName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u,
    'a name of letters, digits, . _ @ + -, without blanks' satisfies ExpectedText,
  );

const account = z.object({
  name: z.string(),
  kind: z.enum(['person', 'service']),
  /** Where an identity provider vouches for it: which one. */
  issuer: z.string().nullable(),
  grants: grantsSchema,
  /** As the identity provider last told. */
  groups: z.array(z.string()),
  hasPassword: z.boolean(),
  hasSecondFactor: z.boolean(),
  disabled: z.boolean(),
  author: z.string(),
  createdAt: instant,
  signedInAt: instant.nullable(),
});

/** Shown once; works once. */
const invitation = z.object({ url: z.string(), expiresAt: instant });

const accessToken = z.object({
  /** Stands in the token itself. */
  id: z.string(),
  owner: z.string(),
  name: z.string(),
  area: z.enum(tokenAreas),
  grants: grantsSchema.nullable(),
  addresses: z.array(z.string()),
  author: z.string(),
  createdAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
  usedAt: instant.nullable(),
  usedFrom: z.string().nullable(),
});

/** The secret is told this once. */
const newToken = accessToken.extend({ token: z.string() });

const tokenBody = z.object({
  name: z.string().min(1).max(100),
  /** `incidents`: for ticket systems; they read and handle incidents and nothing else. */
  area: z.enum(tokenAreas).default('all'),
  /** What it is kept to; all that its owner may do when it is left out. */
  grants: grantsSchema.min(1).optional(),
  /** Addresses and networks such as 10.1.0.0/16; from anywhere when it is left out. */
  addresses: z.array(addressRange).max(50).default([]),
  expiresInDays: z.int().min(1).max(365).default(90),
});

const session = z.object({
  id: z.uuid(),
  name: z.string(),
  /** How it was begun: by link, token, password, invitation, or at an identity provider. */
  method: z.string().nullable(),
  address: z.string().nullable(),
  agent: z.string().nullable(),
  createdAt: instant,
  expiresAt: instant,
  /** The one that asks. */
  current: z.boolean(),
});

export const accountRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/accounts',
    tag,
    summary: 'People and services that may sign in, by name',
    query: pageQuery,
    response: pageOf(account),
  },
  create: {
    method: 'POST',
    path: '/accounts',
    tag,
    summary: 'An account; a person gets a link that sets the password, a service gets tokens',
    body: z.object({ name: accountName, kind: z.enum(['person', 'service']), grants: grantsSchema }),
    response: z.object({ account, invitation: invitation.nullable() }),
  },
  change: {
    method: 'PATCH',
    path: '/accounts/:name',
    tag,
    summary: 'Other grants, or switched off; it counts from the next request on',
    params: z.object({ name: nameParam }),
    body: z.object({ grants: grantsSchema.optional(), disabled: z.boolean().optional() }),
    response: account,
  },
  remove: {
    method: 'DELETE',
    path: '/accounts/:name',
    tag,
    summary: 'Take an account away, with its sessions and tokens',
    params: z.object({ name: nameParam }),
    response: z.object({ removed: z.string() }),
  },
  invite: {
    method: 'POST',
    path: '/accounts/:name/invitations',
    tag,
    summary: 'A one-time link that sets a new password, and takes the second factor away',
    params: z.object({ name: nameParam }),
    response: invitation,
  },
  groupRoles: {
    method: 'GET',
    path: '/group-roles',
    tag,
    summary: 'What members of groups of the identity provider are granted',
    response: z.object({ items: z.array(z.object({ name: z.string(), grants: grantsSchema, author: z.string() })) }),
  },
  setGroupRole: {
    method: 'PUT',
    path: '/group-roles/:name',
    tag,
    summary: 'Grants of a group; none take it away',
    params: z.object({ name: nameParam }),
    body: z.object({ grants: grantsSchema }),
    response: z.object({ name: z.string(), grants: grantsSchema }),
  },
});

export const accessTokenRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/access-tokens',
    tag,
    summary: 'API tokens of everybody, newest first, without their secrets',
    query: pageQuery,
    response: pageOf(accessToken),
  },
  mine: {
    method: 'GET',
    path: '/me/access-tokens',
    tag,
    summary: 'Own API tokens, newest first',
    response: z.object({ items: z.array(accessToken) }),
  },
  create: {
    method: 'POST',
    path: '/me/access-tokens',
    tag,
    summary: 'An API token of one’s own; it never does more than its owner may',
    body: tokenBody,
    response: newToken,
  },
  createFor: {
    method: 'POST',
    path: '/accounts/:name/access-tokens',
    tag,
    summary: 'An API token for a service',
    params: z.object({ name: nameParam }),
    body: tokenBody,
    response: newToken,
  },
  rotate: {
    method: 'POST',
    path: '/access-tokens/:id/rotate',
    tag,
    summary: 'Another secret for the same; the old one goes on for a day',
    params: z.object({ id: z.string().max(64) }),
    response: newToken,
  },
  revoke: {
    method: 'DELETE',
    path: '/access-tokens/:id',
    tag,
    summary: 'Make a token useless, at once',
    params: z.object({ id: z.string().max(64) }),
    response: accessToken,
  },
});

export const signedInRoutes = defineRoutes({
  mine: {
    method: 'GET',
    path: '/me/sessions',
    tag,
    summary: 'Own sessions',
    response: z.object({ items: z.array(session) }),
  },
  list: {
    method: 'GET',
    path: '/sessions',
    tag,
    summary: 'Sessions of everybody, newest first',
    query: pageQuery,
    response: pageOf(session),
  },
  end: {
    method: 'DELETE',
    path: '/sessions/:id',
    tag,
    summary: 'End a session, at once: one’s own, or any for who administers access',
    params: z.object({ id: z.uuid() }),
    response: z.object({ ended: z.uuid() }),
  },
  changePassword: {
    method: 'POST',
    path: '/me/password',
    tag,
    summary: 'Another password; other sessions end',
    body: z.object({ current: z.string().max(1_000), password: z.string().max(1_000) }),
    response: z.object({ changed: z.boolean() }),
  },
  beginSecondFactor: {
    method: 'POST',
    path: '/me/second-factor',
    tag,
    summary: 'A secret for an authenticator; it counts once a code of it was given',
    body: z.object({ password: z.string().max(1_000) }),
    response: z.object({ secret: z.string(), uri: z.string() }),
  },
  confirmSecondFactor: {
    method: 'POST',
    path: '/me/second-factor/confirm',
    tag,
    summary: 'Switch the second factor on with a code; the answer has recovery codes, told this once',
    body: z.object({ code: z.string().max(20) }),
    response: z.object({ recoveryCodes: z.array(z.string()) }),
  },
  removeSecondFactor: {
    method: 'POST',
    path: '/me/second-factor/remove',
    tag,
    summary: 'Switch the second factor off',
    body: z.object({ password: z.string().max(1_000) }),
    response: z.object({ removed: z.boolean() }),
  },
});
