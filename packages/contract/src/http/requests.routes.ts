import { requestStates } from '@carillon/core/approval/change-request';
import { z } from 'zod';
import { limits } from '../limits.js';
import { signedApproval } from './approvals.routes.js';
import { applyPlan, applyResult } from './jobs.shapes.js';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

const tag = 'requests';
const number = z.object({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const reasonText = z.string().min(1).max(limits.reasonCharacters);

/** What a request would do. */
export const requestActs = ['apply', 'remove', 'labels', 'adopt', 'undo', 'rollBack'] as const;
export type RequestAct = (typeof requestActs)[number];

/** A change that waits for others, or that waited. */
export const changeRequest = z.object({
  number: z.int(),
  act: z.enum(requestActs),
  /** In a few words, `apply Job nightly and 2 more`. */
  title: z.string(),
  state: z.enum(requestStates),
  author: z.string(),
  reason: z.string().nullable(),
  /** Protected groups that ask for it, and how many others have to approve. */
  groups: z.array(z.string()),
  required: z.int(),
  /** Who has approved, in their order. */
  approvals: z.array(z.object({ name: z.string(), at: instant })),
  /** Of the exact difference: approvals are for it and nothing else. */
  planHash: z.string(),
  createdAt: instant,
  expiresAt: instant,
  endedAt: instant.nullable(),
  /** Why it is over, or what became different, in words. */
  outcome: z.string().nullable(),
});

export const changeRequestDetail = changeRequest.extend({
  /** As the plan shows it; of an `apply`. */
  plan: z
    .object({
      results: z.array(applyResult),
      followed: z.array(applyResult).optional(),
      plan: applyPlan.optional(),
    })
    .nullable(),
  /** What was asked for: the documents of an `apply`, the name of a job, labels of a host. */
  body: z.record(z.string(), z.unknown()),
  /** Hosts of the protected groups that it moves. */
  hosts: z.array(z.string()),
  /** Versions that an `apply` would write, new jobs with the ids that they will have: what approvers may sign. */
  jobs: z.array(z.object({ name: z.string(), jobId: z.uuid(), version: z.int() })),
  /** Texts of core's `Approval`, one for each of them with what it would run and where: what a browser has signed. */
  toSign: z.array(z.string()).optional(),
  /** Why the caller may not approve it: `own_request`, `already_approved`, …; null: as far as this goes he may. */
  refusal: z.string().nullable(),
  /** What became different since it was asked for; then it cannot be approved. */
  changes: z.array(z.string()),
});

export const requestRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/change-requests',
    tag,
    summary: 'Changes of protected hosts that wait for approval, or waited, newest first',
    query: pageQuery.extend({ state: z.enum(requestStates).optional() }),
    response: pageOf(changeRequest),
  },
  get: {
    method: 'GET',
    path: '/change-requests/:number',
    tag,
    summary: 'One of them, with what it would change',
    params: number,
    response: changeRequestDetail,
  },
  approve: {
    method: 'POST',
    path: '/change-requests/:number/approve',
    tag,
    summary: 'Approve exactly this difference; with enough approvals it is done, whole',
    params: number,
    body: z.object({
      planHash: z.string().regex(/^[0-9a-f]{16}$/),
      /** What the approver signed of its jobs with a key of his own, for hosts that ask for it. */
      signatures: z.array(signedApproval).max(limits.applyDocuments).optional(),
    }),
    response: changeRequest,
  },
  reject: {
    method: 'POST',
    path: '/change-requests/:number/reject',
    tag,
    summary: 'Say no to it, and why',
    params: number,
    body: z.object({ reason: reasonText }),
    response: changeRequest,
  },
  withdraw: {
    method: 'POST',
    path: '/change-requests/:number/withdraw',
    tag,
    summary: "Take back a request of one's own",
    params: number,
    response: changeRequest,
  },
});
