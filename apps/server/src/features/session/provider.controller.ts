import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Handles } from '../../http/handles.js';
import { cookieName, setSessionCookie } from '../../http/session-cookie.js';
import { Origins } from '../../shared/origins.js';
import { ProviderService, providerPath, SignInRefused, signInLifeMs } from './provider.service.js';
import { SessionService } from './session.service.js';

/** Addresses that browsers are led through: their answers are other addresses. */
@Controller()
export class ProviderController {
  constructor(
    @Inject(ProviderService) private readonly provider: ProviderService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  @Handles(sessionRoutes.ways)
  ways() {
    return this.provider.ways();
  }

  @Get(providerPath)
  begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const origin = this.origins.forHost(request.headers.host);
    return redirecting(reply, origin, async () => {
      const { url, state } = await this.provider.begin(origin, request.ip);
      void reply.setCookie(stateCookie(origin), state, { ...cookieOptions(origin), maxAge: signInLifeMs / 1_000 });
      return url;
    });
  }

  @Get(`${providerPath}/callback`)
  finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const origin = this.origins.forHost(request.headers.host);
    const at = request.url.indexOf('?');
    return redirecting(reply, origin, async () => {
      void reply.clearCookie(stateCookie(origin), cookieOptions(origin));
      const { signOutHint, ...holder } = await this.provider.finish(
        at === -1 ? '' : request.url.slice(at),
        request.cookies[stateCookie(origin)],
      );
      const from = { address: request.ip, agent: request.headers['user-agent'], method: 'provider', signOutHint };
      const { secret, expiresAtMs } = await this.sessions.begin(holder, from);
      setSessionCookie(reply, origin, secret, new Date(expiresAtMs));
      return `${origin}/sign-in#signed-in`;
    });
  }
}

/** To where the work says, or to the page that says why not. */
async function redirecting(reply: FastifyReply, origin: string, work: () => Promise<string>): Promise<void> {
  try {
    void reply.redirect(await work(), 303);
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    void reply.redirect(`${origin}/sign-in#refused=${error.code}`, 303);
  }
}

function stateCookie(origin: string): string {
  return `${cookieName(origin)}_state`;
}

/** The provider's page leads back here: that comes from another site, for which `Strict` would be too much. */
function cookieOptions(origin: string) {
  return { path: providerPath, httpOnly: true, sameSite: 'lax', secure: origin.startsWith('https:') } as const;
}
