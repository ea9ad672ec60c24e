import { releasePlatforms } from '@carillon/core/upgrade/release';
import { offerReasons } from '@carillon/core/upgrade/upgrade-plan';
import { z } from 'zod';
import { upgradeStates } from '../agent/upgrade-messages.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

const tag = 'upgrades';
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const version = z.string().min(1).max(20);

/** Bytes of a release in one request; JSON of it stays below the limit of bodies. */
export const releasePartBytes = 512 * 1024;

export const releaseSummary = z.object({
  sha256,
  version,
  platform: z.enum(releasePlatforms),
  bytes: z.int(),
  /** Bytes that have arrived; all of them, and their hash right, before any agent is offered it. */
  received: z.int(),
  complete: z.boolean(),
  expiresAt: instant,
  author: z.string(),
  createdAt: instant,
});

export const upgradeRing = z.object({
  id: z.uuid(),
  version,
  /** In words, `labels env=test`. */
  target: z.string(),
  percent: z.int(),
  healthWithinMinutes: z.number(),
  author: z.string(),
  updatedAt: instant,
});

export const hostUpgrade = z.object({
  host: z.string(),
  /** What its agent last said that it is. */
  version: z.string(),
  /** The version its rings want it to have. */
  wanted: z.string().nullable(),
  /** Why it is offered nothing now; null while it is. */
  reason: z.enum(offerReasons).nullable(),
  /** What the agent said of its last upgrade. */
  last: z
    .object({
      version: z.string(),
      state: z.enum(upgradeStates),
      code: z.string().nullable(),
      message: z.string().nullable(),
      at: instant,
    })
    .nullable(),
});

export const upgradeRoutes = defineRoutes({
  publish: {
    method: 'POST',
    path: '/upgrades/releases',
    tag,
    summary: 'Announce a signed release; its bytes follow in parts, and an interrupted upload goes on where it was',
    body: z.object({ text: z.string().min(2).max(2_000), signature: z.string().max(200) }),
    response: releaseSummary,
  },
  part: {
    method: 'POST',
    path: '/upgrades/releases/:sha256/parts',
    tag,
    summary: 'The next bytes of a release',
    params: z.object({ sha256 }),
    body: z.object({
      /** Bytes that came before: must be those that have arrived. */
      offset: z.int().min(0),
      /** Base64. */
      data: z
        .string()
        .min(1)
        .max(Math.ceil(releasePartBytes / 3) * 4),
    }),
    response: releaseSummary,
  },
  releases: {
    method: 'GET',
    path: '/upgrades/releases',
    tag,
    summary: 'Releases, newest first',
    query: pageQuery,
    response: pageOf(releaseSummary),
  },
  setRing: {
    method: 'POST',
    path: '/upgrades/rings',
    tag,
    summary: 'Say which hosts are to get a version, and how many of them',
    body: z.object({
      version,
      target: z.object({
        all: z.literal(true).optional(),
        labels: z.record(z.string(), z.string()).optional(),
        hosts: z.array(z.string()).min(1).max(1_000).optional(),
        groups: z.array(z.string()).min(1).max(100).optional(),
      }),
      percent: z.int().min(1).max(100).default(100),
      /** How long a new version has to connect before its host goes back. */
      healthWithinMinutes: z.number().min(0.1).max(120).default(5),
    }),
    response: upgradeRing,
  },
  rings: {
    method: 'GET',
    path: '/upgrades/rings',
    tag,
    summary: 'Which hosts are to get which version',
    query: pageQuery,
    response: pageOf(upgradeRing),
  },
  stop: {
    method: 'DELETE',
    path: '/upgrades/rings/:version',
    tag,
    summary: 'Offer a version to nobody any more; hosts that have it keep it',
    params: z.object({ version }),
    response: z.object({ version, rings: z.int() }),
  },
  hosts: {
    method: 'GET',
    path: '/upgrades/hosts',
    tag,
    summary: 'Version of each host, what it is offered, and what became of its last upgrade',
    query: pageQuery.extend({ host: nameParam.optional() }),
    response: pageOf(hostUpgrade),
  },
});
