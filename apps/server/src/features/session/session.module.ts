import type { Input as InputOf } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Controller, Inject, Module, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { clearSessionCookie, setSessionCookie } from '../../http/session-cookie.js';
import { Origins } from '../../shared/origins.js';
import { ProviderAccountStore } from '../../store/provider-account.store.js';
import { SignInAttemptStore } from '../../store/sign-in-attempt.store.js';
import { ProviderController } from './provider.controller.js';
import { ProviderService } from './provider.service.js';
import { SessionService } from './session.service.js';
import { SignedInModule } from './signed-in.module.js';

@Controller()
class SessionController {
  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(ProviderService) private readonly provider: ProviderService,
  ) {}

  @Handles(sessionRoutes.signIn)
  async signIn(
    @Input() { body }: InputOf<typeof sessionRoutes.signIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(await this.sessions.signIn(body, fromOf(request)), request, reply);
  }

  @Handles(sessionRoutes.signInPassword)
  async signInPassword(
    @Input() { body }: InputOf<typeof sessionRoutes.signInPassword>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(await this.sessions.signInPassword(body, fromOf(request)), request, reply);
  }

  @Handles(sessionRoutes.acceptInvitation)
  async acceptInvitation(
    @Input() { body }: InputOf<typeof sessionRoutes.acceptInvitation>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(await this.sessions.acceptInvitation(body, fromOf(request)), request, reply);
  }

  @Handles(sessionRoutes.signOut)
  async signOut(
    @CallerOf() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const origin = this.originOf(request);
    const hint = await this.sessions.signOut(caller);
    clearSessionCookie(reply, origin);
    // Whatever comes of it there, the session here is over.
    const provider = await this.provider.signOutUrl(hint, origin);
    return { signedOut: true, ...(provider === null ? {} : { provider }) };
  }

  @Handles(sessionRoutes.me)
  me(@CallerOf() caller: Caller) {
    return this.sessions.me(caller);
  }

  @Handles(sessionRoutes.signInLink)
  signInLink(@CallerOf() caller: Caller, @Req() request: FastifyRequest) {
    return this.sessions.makeLink(caller, this.originOf(request));
  }

  private answer(
    { me, secret, expiresAtMs }: Awaited<ReturnType<SessionService['signIn']>>,
    request: FastifyRequest,
    reply: FastifyReply,
  ) {
    setSessionCookie(reply, this.originOf(request), secret, new Date(expiresAtMs));
    return me;
  }

  private originOf(request: FastifyRequest): string {
    return this.origins.forHost(request.headers.host);
  }
}

function fromOf({ ip, headers }: FastifyRequest) {
  return { address: ip, agent: headers['user-agent'] };
}

@Module({
  imports: [SignedInModule],
  controllers: [SessionController, ProviderController],
  providers: [SessionService, ProviderService, ProviderAccountStore, SignInAttemptStore],
})
export class SessionModule {}
