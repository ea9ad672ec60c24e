import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Stands in a page where its one-time word belongs; `apps/web/index.html` has it too. */
export const noncePlace = '__CSP_NONCE__';

/**
 * A page with a one-time word of its own, and the policy that lets only styles with that word stand in it (CSP level 3,
 * `style-src 'nonce-…'`): what somebody smuggled into the page does not know it.
 */
export function withStyleNonce(reply: FastifyReply, page: string): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = String(reply.getHeader('content-security-policy') ?? '');
  reply.header('content-security-policy', policy.replace(/style-src [^;]*/, `$& 'nonce-${nonce}'`));
  return page.replaceAll(noncePlace, nonce);
}
