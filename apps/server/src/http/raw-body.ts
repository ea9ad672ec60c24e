import { PassThrough } from 'node:stream';
import { limits } from '@carillon/contract/limits';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Where ticket systems send their webhooks, with the channel's name behind it. */
export const ticketHookPath = '/hooks/tickets';

const bodies = new WeakMap<FastifyRequest, Buffer[]>();

/** Bodies of requests below this path are kept as they came: signatures are over bytes, not over what they mean. */
export function keepRawBodies(fastify: FastifyInstance, prefix: string): void {
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    if (!request.url.startsWith(prefix)) return done(null, payload);
    const chunks: Buffer[] = [];
    bodies.set(request, chunks);
    let length = 0;
    const kept = new PassThrough();
    kept.on('data', (chunk: Buffer) => {
      length += chunk.length;
      // What is longer is refused by whoever reads it.
      if (length <= limits.apiBodyBytes) chunks.push(chunk);
    });
    kept.pause();
    payload.on('error', (error) => kept.destroy(error));
    done(null, payload.pipe(kept));
  });
}

/** The bytes of a request's body; empty where it had none. */
export function rawBodyOf(request: FastifyRequest): Buffer {
  return Buffer.concat(bodies.get(request) ?? []);
}
