import { allRoutes } from '@carillon/contract/http/api';
import { apiPrefix } from '@carillon/contract/http/route';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rememberCaller } from './caller.js';
import { answerFor } from './error-answer.js';
import type { Identity } from './identity.js';

const keyOf = (method: string, path: string) => `${method} ${path}`;
const guarded = new Set(
  allRoutes()
    .filter(({ route }) => !route.open)
    .map(({ route }) => keyOf(route.method, `${apiPrefix}${route.path}`)),
);

/**
 * Asks strangers to sign in before a byte of what they send is read: a body costs memory and a parser. What is let through
 * here is looked at by the guard all the same.
 */
export function knowCallers(fastify: FastifyInstance, identity: Identity): void {
  fastify.addHook('onRequest', async (request: FastifyRequest, reply) => {
    if (!guarded.has(keyOf(request.method, request.routeOptions.url ?? ''))) return undefined;
    try {
      rememberCaller(request, await identity.of(request));
      return undefined;
    } catch (error) {
      const { status, body, unexpected, remark } = answerFor(error);
      // To be logged by the filter.
      if (unexpected || remark !== undefined) throw error;
      return reply.status(status).header('cache-control', 'no-store').send(body);
    }
  });
}
