import { hostSecretStates } from '@carillon/core/secrets/secret-rules';
import { vaultPurposes } from '@carillon/core/secrets/secret-use';
import { z } from 'zod';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

const tag = 'job secrets';
const purpose = z.enum(vaultPurposes);
const one = z.object({ purpose, name: nameParam });
/** A job's name, or a pattern with `*`. */
const jobPattern = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u);

/** Hosts by how they stand with it. */
const standing = z.object({
  total: z.int(),
  /** Have not got the newest value yet. */
  waiting: z.int(),
  /** Have it; of an account: jobs are not registered with it yet. */
  stored: z.int(),
  /** Of an account: Windows took it for every job of the host. */
  verified: z.int(),
  /** Were given one on the host itself, which comes first. */
  own: z.int(),
  failed: z.int(),
});

export const jobSecretSummary = z.object({
  purpose,
  name: z.string(),
  /** Grows with each value; null: an account that jobs run as and whose password the centre does not have. */
  version: z.int().nullable(),
  description: z.string(),
  /** Names and patterns of the jobs that may use it. */
  jobs: z.array(z.string()),
  expiresAt: instant.nullable(),
  author: z.string().nullable(),
  updatedAt: instant.nullable(),
  /** Jobs that use it. */
  usedBy: z.array(z.string()),
  /** Of these, jobs that it is not for: their hosts do not get it. */
  notFor: z.array(z.string()),
  hosts: standing,
});

export const jobSecretRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/job-secrets',
    tag,
    summary: 'Secrets that jobs are given, and accounts that they run as; values are never shown',
    query: pageQuery.extend({ purpose: purpose.optional() }),
    response: pageOf(jobSecretSummary),
  },
  get: {
    method: 'GET',
    path: '/job-secrets/:purpose/:name',
    tag,
    summary: 'One secret or account: for which jobs it is, who uses it, and how hosts stand with it',
    params: one,
    response: jobSecretSummary,
  },
  hosts: {
    method: 'GET',
    path: '/job-secrets/:purpose/:name/hosts',
    tag,
    summary: 'Which host has which value of it, and what is wrong where it has not',
    params: one,
    query: pageQuery.extend({ state: z.enum(hostSecretStates).optional() }),
    response: pageOf(
      z.object({
        host: z.string(),
        jobs: z.array(z.string()),
        state: z.enum(hostSecretStates),
        /** Of the value that it has from the centre. */
        version: z.int().nullable(),
        code: z.string().nullable(),
        message: z.string().nullable(),
        /** When the host told so; null: never. */
        updatedAt: instant.nullable(),
      }),
    ),
  },
  set: {
    method: 'POST',
    path: '/job-secrets',
    tag,
    summary:
      'Hand over a secret for jobs or the password of an account, another value of it, or say for which jobs it is',
    body: z.object({
      purpose,
      name: z.string().min(1).max(320),
      /** Left out: the value stays. */
      value: z.string().min(1).max(8_192).optional(),
      jobs: z.array(jobPattern).max(100).optional(),
      description: z.string().max(500).optional(),
      /** Two weeks before, people are told; null: never. */
      expiresAt: instant.nullable().optional(),
    }),
    response: jobSecretSummary,
  },
  remove: {
    method: 'DELETE',
    path: '/job-secrets/:purpose/:name',
    tag,
    summary: 'Forget a secret or a password that no job uses any more',
    params: one,
    response: z.object({ purpose, name: z.string() }),
  },
});
