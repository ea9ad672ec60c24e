import { forwardTargets } from '@carillon/core/audit/forward';
import { z } from 'zod';
import { defineRoutes, instant } from './route.js';
import { runSummary } from './runs.routes.js';

const tag = 'session';
const me = z.object({
  name: z.string(),
  via: z.enum(['session', 'token']),
  expiresAt: instant.nullable(),
  /** What was granted, as it is written: `operator@team:data`. Missing from older servers. */
  grants: z.array(z.string()).optional(),
  /** A local account: it has a password. Missing from older servers. */
  hasPassword: z.boolean().optional(),
  /** Signing in asks for the code of an authenticator. Missing from older servers. */
  hasSecondFactor: z.boolean().optional(),
});

/** Why nobody was signed in who came back from an identity provider; in the address, as `#refused=…`. */
export const providerRefusals = ['denied', 'expired', 'provider', 'name_taken', 'disabled', 'too_many'] as const;
export type ProviderRefusal = (typeof providerRefusals)[number];

export const sessionRoutes = defineRoutes({
  ways: {
    method: 'GET',
    path: '/sign-in',
    tag,
    summary: 'Ways to sign in besides a name and a password',
    response: z.object({
      /** An identity provider: what the button is called, and where it leads. */
      provider: z.object({ name: z.string(), url: z.string() }).nullable(),
    }),
    open: true,
  },
  signIn: {
    method: 'POST',
    path: '/sign-in',
    tag,
    summary: 'Trade a one-time ticket or the admin token for a session cookie',
    body: z.union([
      z.strictObject({ ticket: z.string().min(16).max(200) }),
      z.strictObject({ token: z.string().min(16).max(200) }),
    ]),
    response: me,
    open: true,
  },
  signInPassword: {
    method: 'POST',
    path: '/sign-in/password',
    tag,
    summary: 'Trade a name, a password and, where there is a second factor, its code for a session cookie',
    body: z.object({
      name: z.string().min(1).max(100),
      password: z.string().min(1).max(1_000),
      /** Of the authenticator, or a recovery code; asked for with `needs: code`. */
      code: z.string().max(40).optional(),
    }),
    response: me,
    open: true,
  },
  acceptInvitation: {
    method: 'POST',
    path: '/invitations',
    tag,
    summary: 'Set a password with a one-time link, and be signed in',
    body: z.object({ invitation: z.string().min(16).max(200), password: z.string().max(1_000) }),
    response: me,
    open: true,
  },
  signOut: {
    method: 'POST',
    path: '/sign-out',
    tag,
    summary: 'End this session',
    response: z.object({
      signedOut: z.boolean(),
      /** Where the browser ends the session at the provider that it began at; absent where there is no such place. */
      provider: z.string().optional(),
    }),
  },
  me: { method: 'GET', path: '/me', tag, summary: 'Who is signed in', response: me },
  signInLink: {
    method: 'POST',
    path: '/sign-in-links',
    tag,
    summary: 'A one-time link that signs a browser in',
    response: z.object({ url: z.string(), expiresAt: instant }),
  },
  overview: {
    method: 'GET',
    path: '/overview',
    tag: 'overview',
    summary: 'The state of everything in numbers',
    response: z.object({
      at: instant,
      version: z.string(),
      /** Hosts are simulated, and nothing leaves the machine. Missing elsewhere, and from older servers. */
      demo: z.literal(true).optional(),
      hosts: z.object({ total: z.int(), online: z.int(), lagging: z.int(), offline: z.int(), inSync: z.int() }),
      jobs: z.object({ total: z.int(), enabled: z.int() }),
      assignments: z.object({ total: z.int(), applied: z.int(), pending: z.int(), failed: z.int() }),
      /** The last 24 hours. */
      runs: z.object({ total: z.int(), running: z.int(), succeeded: z.int(), warning: z.int(), bad: z.int() }),
      recentBad: z.array(runSummary),
      /** Whether test failures become notices; missing where that was never tested, and from older servers. */
      alertPath: z
        .object({
          lastSuccessAt: instant.nullable(),
          /** From the failure to its notice; of the last that came through. */
          tookMs: z.int().nullable(),
          silentSince: instant.nullable(),
        })
        .optional(),
      /** Where rows of the audit are sent; missing where they are sent nowhere, and from older servers. */
      auditTargets: z
        .array(
          z.object({
            target: z.enum(forwardTargets),
            /** Rows that were not sent yet, and the time of the oldest of them. */
            waiting: z.int(),
            oldestAt: instant.nullable(),
            /** Since when it is known that nothing goes there. */
            lateSince: instant.nullable(),
            /** What went wrong at the last attempt. */
            fault: z.string().nullable(),
          }),
        )
        .optional(),
    }),
  },
});
