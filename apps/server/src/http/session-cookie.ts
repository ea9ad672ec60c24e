import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';

/**
 * Browsers share cookies between the ports of a host. Several servers may run on one machine, so each cookie carries
 * the port of its origin.
 */
export function cookieName(origin: string): string {
  const { port, protocol } = new URL(origin);
  return `carillon_session_${port || (protocol === 'https:' ? '443' : '80')}`;
}

const options = (origin: string) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: origin.startsWith('https:') }) as const;

/** The session secret that a browser sent. */
export function readSessionCookie(request: FastifyRequest, origin: string): string | undefined {
  return request.cookies[cookieName(origin)];
}

export function setSessionCookie(reply: FastifyReply, origin: string, secret: string, expires: Date): void {
  void reply.setCookie(cookieName(origin), secret, { ...options(origin), expires });
}

export function clearSessionCookie(reply: FastifyReply, origin: string): void {
  void reply.clearCookie(cookieName(origin), options(origin));
}
