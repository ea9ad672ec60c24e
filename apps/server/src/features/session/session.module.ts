import type { Input as InputOf } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Controller, Inject, Module, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { clearSessionCookie, setSessionCookie } from '../../http/session-cookie.js';
import { Origins } from '../../shared/origins.js';
import { SessionService } from './session.service.js';

@Controller()
class SessionController {
  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  @Handles(sessionRoutes.signIn)
  async signIn(
    @Input() { body }: InputOf<typeof sessionRoutes.signIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { me, secret, expiresAtMs } = await this.sessions.signIn(body, {
      address: request.ip,
      agent: request.headers['user-agent'],
    });
    setSessionCookie(reply, this.originOf(request), secret, new Date(expiresAtMs));
    return me;
  }

  @Handles(sessionRoutes.signOut)
  async signOut(
    @CallerOf() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.sessions.signOut(caller);
    clearSessionCookie(reply, this.originOf(request));
    return { signedOut: true };
  }

  @Handles(sessionRoutes.me)
  me(@CallerOf() { name, via, expiresAtMs }: Caller) {
    return { name, via, expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString() };
  }

  @Handles(sessionRoutes.signInLink)
  signInLink(@CallerOf() caller: Caller, @Req() request: FastifyRequest) {
    return this.sessions.makeLink(caller, this.originOf(request));
  }

  private originOf(request: FastifyRequest): string {
    return this.origins.forHost(request.headers.host);
  }
}

@Module({ controllers: [SessionController], providers: [SessionService] })
export class SessionModule {}
