import { apiPrefix } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { Origins } from '../shared/origins.js';
import { withinRequest } from '../store/reach.js';
import { serveDashboard } from './dashboard.js';
import { Identity } from './identity.js';
import { knowCallers } from './know-callers.js';
import { keepRawBodies, ticketHookPath } from './raw-body.js';

/** The HTTP server before Nest gets it: limits of everything that comes in. */
export function makeAdapter(config: Pick<Config, 'trustProxy'>): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: limits.apiBodyBytes,
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    // Names of jobs and hosts stand in paths, encoded.
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
  });
}

/** Cookies, security headers, the check of the Host header, and the dashboard. */
export async function prepareHttp(app: NestFastifyApplication, config: Pick<Config, 'webRoot'>): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const origins = app.get(Origins);
  await app.register(fastifyCookie as never);
  await app.register(fastifyHelmet as never, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Pages add a one-time word for the few styles that are made while they run, see style-nonce.ts.
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Said by whoever ends TLS, since only it knows that all of the name is served so.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  fastify.addHook('onRequest', (_request: FastifyRequest, _reply: FastifyReply, done: () => void) =>
    withinRequest(done),
  );
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!isOurHost(request, origins)) {
      const message = `host: expected one of ${origins.all.map((origin) => new URL(origin).host).join(', ')}; set CARILLON_PUBLIC_URL to serve another name`;
      return reply.status(403).send({ code: 'forbidden', params: { host: request.headers.host ?? null }, message });
    }
    return undefined;
  });
  fastify.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.url.startsWith(apiPrefix) && !reply.hasHeader('cache-control'))
      reply.header('cache-control', 'no-store');
  });
  knowCallers(fastify, app.get(Identity));
  keepRawBodies(fastify, `${ticketHookPath}/`);
  await serveDashboard(app, config.webRoot);
}

/** Probes by address are answered: what they get is no secret and changes nothing. */
const openToAnyName = new Set(['/healthz', '/readyz', '/metrics']);

/** A page of another site can point its own name at our address; its requests then carry that name as Host. */
function isOurHost(request: FastifyRequest, origins: Origins): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  if (openToAnyName.has(path)) return true;
  const host = request.headers.host?.toLowerCase();
  return origins.all.some((origin) => new URL(origin).host === host);
}
